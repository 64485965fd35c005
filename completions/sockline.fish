# Made by sockline --generate from src/app/options.def: change it there.

set -g __sockline_calls socket socketpair bind listen accept accept4 connect shutdown getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg setsockopt getsockopt send recv read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 sendfile splice tee vmsplice copy_file_range close close_range dup dup2 dup3 fcntl ioctl poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 io_uring_setup %lifecycle %data %ready %options %net %all

# Words with commas between them: the last one is completed.
function __sockline_set
	set -l typed (string replace -r -- '^--[a-z]+=' '' (commandline -ct))
	set -l before (string match -r -- '^(?:.*[,!])?' $typed)
	printf '%s\n' "$before"$argv
end

# Whether the words so far are all options and their arguments.
function __sockline_no_command
	set -l skip 0
	for word in (commandline -opc)[2..-1]
		if test $skip = 1
			set skip 0
		else if contains -- $word -p --attach -u --user -E --env -e --trace --family --peer --port --fd --program --at --errno --slower --time -s --string-limit --stack --source-path --color -o --output --format --dir --tcp-info --pending --for --max-events --skip-code --user-code --debug-dir --engine
			set skip 1
		else if test "$word" = --; or not string match -q -- '-*' $word
			return 1
		end
	end
end

# The command is completed as if it stood alone.
complete -c sockline -x -a '(__fish_complete_subcommand -p --attach -u --user -E --env -e --trace --family --peer --port --fd --program --at --errno --slower --time -s --string-limit --stack --source-path --color -o --output --format --dir --tcp-info --pending --for --max-events --skip-code --user-code --debug-dir --engine)'
complete -c sockline -n __sockline_no_command -s p -l attach -x -a '(__fish_complete_pids)' -d 'trace running processes; several with commas or spaces, or -p again'
complete -c sockline -n __sockline_no_command -s u -l user -x -a '(__fish_complete_users)' -d 'run the command as this user; needs root'
complete -c sockline -n __sockline_no_command -s E -l env -x -a '(set -nx)' -d 'set a variable of the command, or remove it'
complete -c sockline -n __sockline_no_command -l no-follow -d 'do not trace the processes that the traced ones start'
complete -c sockline -n __sockline_no_command -s e -l trace -x -a '(__sockline_set $__sockline_calls)' -d 'calls to show: names, globs, %lifecycle %data %ready %options %net %all; ! at the start negates'
complete -c sockline -n __sockline_no_command -l family -x -a '(__sockline_set inet inet6 unix netlink packet vsock)' -d 'only sockets of these families: inet,inet6,unix,netlink,...'
complete -c sockline -n __sockline_no_command -l peer -x -d 'only connections to or from this address or network'
complete -c sockline -n __sockline_no_command -l port -x -d 'only connections with this port at either end'
complete -c sockline -n __sockline_no_command -l fd -x -d 'only calls on this file descriptor'
complete -c sockline -n __sockline_no_command -l program -x -d 'only programs with this name (of the thread or the executable)'
complete -c sockline -n __sockline_no_command -l at -x -d 'only calls from this function, source file or module'
complete -c sockline -n __sockline_no_command -s z -l successful -d 'only calls that succeeded'
complete -c sockline -n __sockline_no_command -s Z -l failed -d 'only calls that failed'
complete -c sockline -n __sockline_no_command -l errno -x -d 'only calls that failed with this error: ECONNREFUSED, ...'
complete -c sockline -n __sockline_no_command -l slower -x -d 'only calls that took at least this long: 10ms, 1.5s'
complete -c sockline -n __sockline_no_command -s t -l absolute-time -d 'time of day; with microseconds; seconds since 1970'
complete -c sockline -n __sockline_no_command -s r -l relative-time -d 'time since the line before'
complete -c sockline -n __sockline_no_command -l time -x -a 'relative none clock clock-us epoch delta' -d 'relative (to the start), none, clock, clock-us, epoch, delta'
complete -c sockline -n __sockline_no_command -s T -l duration -d 'how long each call took, however short'
complete -c sockline -n __sockline_no_command -s s -l string-limit -x -d 'show at most N bytes of data (64; JSON 256)'
complete -c sockline -n __sockline_no_command -s x -l hex-strings -d 'data that is no ASCII text in hex; -xx all data'
complete -c sockline -n __sockline_no_command -s v -l verbose -d 'everything: default arguments, whole structures, ids, port names'
complete -c sockline -n __sockline_no_command -s k -l stack-trace -d 'the whole stack below each call; -kk with the source lines'
complete -c sockline -n __sockline_no_command -l stack -x -d 'the same with at most N frames'
complete -c sockline -n __sockline_no_command -l hex -d 'a hex dump of the data below each call'
complete -c sockline -n __sockline_no_command -l show-secrets -d 'keys that programs give to the kernel, which are hidden else'
complete -c sockline -n __sockline_no_command -l no-caller -d 'do not find out which line made a call'
complete -c sockline -n __sockline_no_command -l source-path -x -a 'short relative full' -d 'source files as short (name only), relative or full path'
complete -c sockline -n __sockline_no_command -l no-demangle -d 'C++ and Rust functions as the symbol table names them'
complete -c sockline -n __sockline_no_command -l color -x -a 'auto always never' -d 'auto (on a terminal), always or never'
complete -c sockline -n __sockline_no_command -s o -l output -r -F -d 'write to FILE, to a command (\'|COMMAND\'), or - for standard output'
complete -c sockline -n __sockline_no_command -s A -l append -d 'append to the file of -o'
complete -c sockline -n __sockline_no_command -s q -l quiet -d 'no lines about processes, threads, exec and signals'
complete -c sockline -n __sockline_no_command -l format -x -a 'text json' -d 'text or json (one object per line)'
complete -c sockline -n __sockline_no_command -s j -l json -d 'the same as --format=json'
complete -c sockline -n __sockline_no_command -l dir -r -F -d 'a folder per process with a file of JSON lines per socket'
complete -c sockline -n __sockline_no_command -s c -l summary-only -d 'totals at the end instead of the trace'
complete -c sockline -n __sockline_no_command -s C -l summary -d 'totals at the end, after the trace'
complete -c sockline -n __sockline_no_command -l tcp-info -x -d 'the kernel\'s view of TCP connections: close,64K,100ms'
complete -c sockline -n __sockline_no_command -l pending -x -d 'note calls that block longer than SEC (1; on terminals always)'
complete -c sockline -n __sockline_no_command -l for -x -d 'trace for this long: 10s, 2m'
complete -c sockline -n __sockline_no_command -l max-events -x -d 'end the trace after so many calls'
complete -c sockline -n __sockline_no_command -l skip-code -x -d 'functions or modules that are not to be named as callers'
complete -c sockline -n __sockline_no_command -l user-code -x -d 'functions or modules that are named, though they are passed over else'
complete -c sockline -n __sockline_no_command -l debug-dir -r -F -d 'look for separate debug files here too'
complete -c sockline -n __sockline_no_command -l engine -x -a 'auto seccomp perf syscall' -d 'auto, seccomp (commands), perf (-p) or syscall'
complete -c sockline -n __sockline_no_command -l no-low-latency -d 'let idle CPUs sleep, though stops then cost more'
complete -c sockline -n __sockline_no_command -s d -l debug -d 'say what sockline itself does, to standard error'
complete -c sockline -n __sockline_no_command -s h -l help -d 'show this'
complete -c sockline -n __sockline_no_command -s V -l version -d 'show the version'
