# shellcheck shell=bash disable=SC2034 # what is set here is used by those that source it
# Sourced by chromium.sh and java.sh: a scratch folder, a web page on loopback, and what is checked of a trace.
set -euo pipefail
sockline=${SOCKLINE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/sockline}
work=$(mktemp -d)
chmod 755 "$work"
running=()
failures=0

# Ends what was started, by its pid.
clean_up() {
	[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

need() {
	command -v "$1" >/dev/null || {
		echo "$1 is missing: apt-get install $2" >&2
		exit 2
	}
}

# Counts a failure and goes on: check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@" >"$work/check.log" 2>&1; then
		echo "  ok: $what"
	else
		echo "  FAILED: $what ($*)"
		tail -5 "$work/check.log"
		failures=$((failures + 1))
	fi
}

# Waits at most 20 s until a command succeeds.
until_true() {
	local try
	for ((try = 0; try < 200; try++)); do
		! "$@" >"$work/until.log" 2>&1 || return 0
		sleep 0.1
	done
	echo "waited in vain for: $*" >&2
	return 1
}

# A page on loopback; sets port.
serve_page() {
	mkdir "$work/www"
	echo '<h1>Seen</h1><script>document.title = "run"</script>' >"$work/www/page.html"
	/usr/bin/python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$work/www" >"$work/server.log" 2>&1 &
	running+=($!)
	until_true grep -q '^Serving' "$work/server.log"
	port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\).*/\1/p' "$work/server.log")
}

# Every line of a trace is JSON, and no call failed with ENOSYS, which is how a call is lost under a filter.
is_sound() {
	/usr/bin/python3 - "$1" <<-'END'
	import json, sys
	calls = [e for e in map(json.loads, open(sys.argv[1], encoding="utf-8")) if e["kind"] == "call"]
	lost = [e for e in calls if e.get("errno") == "ENOSYS"]
	print(len(calls), "calls")
	sys.exit("ENOSYS: " + json.dumps(lost[0]) if lost else not calls)
	END
}

count_calls() {
	grep -c '"kind":"call"' "$1" || true
}

# Whether nobody traces these processes.
untraced() {
	local pid
	for pid in "$@"; do
		! grep -h '^TracerPid:' "/proc/$pid/task/"*/status 2>/dev/null | grep -qv 'TracerPid:[[:space:]]0$' || return 1
	done
}

finish() {
	[ $failures = 0 ] || {
		echo "$failures checks failed"
		exit 1
	}
	echo "all is well"
}
