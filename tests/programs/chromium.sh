#!/usr/bin/env bash
# Debian's chromium, headless and with its sandbox, fetches a page from loopback: started by sockline, and while sockline is
# attached to all its processes, under each engine. Run by hand: tests/programs/chromium.sh (SOCKLINE names another build).
# shellcheck source=tests/programs/live.sh
. "$(dirname "$0")/live.sh"
need chromium chromium
need curl curl
serve_page
url=http://127.0.0.1:$port/page.html
# As root chromium has no sandbox.
as_user=()
if [ "$(id -u)" = 0 ]; then
	as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	chown 65534 "$work"
fi
browser=(chromium --headless --disable-gpu --user-data-dir="$work/profile" --disk-cache-size=1)
export HOME=$work

traced_all() {
	local pid
	for pid in "$@"; do
		[ ! -d "/proc/$pid" ] || grep -q "^TracerPid:[[:space:]]*[1-9]" "/proc/$pid/status" || return 1
	done
}

# How often the page was asked for.
asked() {
	grep -c 'GET /page.html' "$work/server.log" || true
}

for engine in seccomp syscall; do
	echo "started, $engine"
	rm -rf "$work/profile"
	page=$("${as_user[@]}" timeout 60 "$sockline" --engine=$engine -j -o "$work/trace" "${browser[@]}" --dump-dom "$url" \
		2>"$work/err") || echo "  status $?"
	check "the page's script ran" grep -q '<title>run</title>' <<<"$page"
	check "the trace is sound" is_sound "$work/trace"
	check "the request is in it" grep -q 'GET /page.html' "$work/trace"
	echo "  $(count_calls "$work/trace") calls"
done

for engine in perf syscall; do
	echo "attached, $engine"
	rm -rf "$work/profile"
	"${as_user[@]}" "${browser[@]}" --remote-debugging-port=0 about:blank 2>"$work/err" &
	main=$!
	running+=("$main")
	until_true grep -q 'DevTools listening' "$work/err"
	debug=$(sed -n 's,.*ws://\([0-9.:]*\)/.*,\1,p' "$work/err")
	mapfile -t pids < <(pgrep -s "$(ps -o sid= -p "$main" | tr -d ' ')" -f "$work/profile")
	"$sockline" --engine=$engine -j -o "$work/trace" -p "${pids[*]}" 2>"$work/sockline.err" &
	tracer=$!
	running+=("$tracer")
	check "all ${#pids[@]} processes are traced" until_true traced_all "${pids[@]}"
	before=$(asked)
	check "a tab opens" curl -sf -X PUT "http://$debug/json/new?$url"
	check "the page is fetched" until_true eval "[ \$(asked) -gt $before ]"
	check "its title is that of its script" until_true eval "curl -sf http://$debug/json/list | grep -q '\"title\": \"run\"'"
	kill -INT "$tracer"
	status=0
	wait "$tracer" || status=$?
	check "sockline ends with 0: $(tail -1 "$work/sockline.err")" [ $status = 0 ]
	check "the trace is sound" is_sound "$work/trace"
	check "the request is in it" grep -q 'GET /page.html' "$work/trace"
	echo "  $(count_calls "$work/trace") calls"
	check "nobody traces it any more" untraced "${pids[@]}"
	before=$(asked)
	check "another tab opens" curl -sf -X PUT "http://$debug/json/new?$url"
	check "the page is fetched again" until_true eval "[ \$(asked) -gt $before ]"
	kill "$main"
	wait "$main" || true
done
finish
