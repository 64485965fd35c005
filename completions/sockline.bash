# Made by sockline --generate from src/app/options.def: change it there.
# shellcheck shell=bash

_sockline_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_sockline_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

# Words with commas between them: the last one is completed.
_sockline_set() {
	local last=${cur##*[,!]}
	mapfile -t COMPREPLY < <(compgen -P "${cur%"$last"}" -W "$1" -- "$last")
	compopt -o nospace 2>/dev/null
}

# The command to be traced: another completion's business where there is one.
_sockline_command() {
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif [[ $1 == "$COMP_CWORD" ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	else
		_sockline_files
	fi
}

_sockline() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) _sockline_command $((i + 1)); return ;;
		-p | --attach | -u | --user | -E | --env | -e | --trace | --family | --peer | --port | --fd | --program | --at | --errno | --slower | --time | -s | --string-limit | --stack | --source-path | --color | -o | --output | --format | --dir | --tcp-info | --pending | --for | --max-events | --skip-code | --user-code | --debug-dir | --engine)
			# bash makes three words of --name=argument
			[[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
			((i++)) ;;
		-*) ;;
		*) _sockline_command "$i"; return ;;
		esac
	done
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $prev in
	-p | --attach) _sockline_words "$(ps -A -o pid=)" ;;
	-u | --user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	-E | --env) mapfile -t COMPREPLY < <(compgen -v -- "$cur") ;;
	-e | --trace) _sockline_set 'socket socketpair bind listen accept accept4 connect shutdown getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg setsockopt getsockopt send recv read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 sendfile splice tee vmsplice copy_file_range close close_range dup dup2 dup3 fcntl ioctl poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 io_uring_setup %lifecycle %data %ready %options %net %all' ;;
	--family) _sockline_set 'inet inet6 unix netlink packet vsock' ;;
	--peer) ;;
	--port) ;;
	--fd) ;;
	--program) ;;
	--at) ;;
	--errno) ;;
	--slower) ;;
	--time) _sockline_words 'relative none clock clock-us epoch delta' ;;
	-s | --string-limit) ;;
	--stack) ;;
	--source-path) _sockline_words 'short relative full' ;;
	--color) _sockline_words 'auto always never' ;;
	-o | --output) _sockline_files ;;
	--format) _sockline_words 'text json' ;;
	--dir) _sockline_files ;;
	--tcp-info) ;;
	--pending) ;;
	--for) ;;
	--max-events) ;;
	--skip-code) ;;
	--user-code) ;;
	--debug-dir) _sockline_files ;;
	--engine) _sockline_words 'auto seccomp perf syscall' ;;
	*)
		if [[ $cur == -* ]]; then
			_sockline_words '-p --attach= -u --user= -E --env= --no-follow -e --trace= --family= --peer= --port= --fd= --program= --at= -z --successful -Z --failed --errno= --slower= -t --absolute-time -r --relative-time --time= -T --duration -s --string-limit= -x --hex-strings -v --verbose -k --stack-trace --stack= --hex --show-secrets --no-caller --source-path= --no-demangle --color= -o --output= -A --append -q --quiet --format= -j --json --dir= -c --summary-only -C --summary --tcp-info= --pending= --for= --max-events= --skip-code= --user-code= --debug-dir= --engine= --no-low-latency -d --debug -h --help -V --version'
			[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
		else
			_sockline_command "$COMP_CWORD"
		fi
		;;
	esac
}

complete -F _sockline sockline
