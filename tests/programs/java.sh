#!/usr/bin/env bash
# A small HTTP server in java is asked: started by sockline, and while sockline is attached, under each engine.
# Run by hand: tests/programs/java.sh (SOCKLINE names another build).
# shellcheck source=tests/programs/live.sh
. "$(dirname "$0")/live.sh"
need java default-jdk-headless
need javac default-jdk-headless
need curl curl
cat >"$work/Small.java" <<'END'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

public class Small {
	public static void main(String[] args) throws Exception {
		HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		server.createContext("/hello", exchange -> {
			byte[] answer = ("hello " + exchange.getRequestURI().getQuery() + "\n").getBytes();
			exchange.sendResponseHeaders(200, answer.length);
			exchange.getResponseBody().write(answer);
			exchange.close();
		});
		server.createContext("/quit", exchange -> {
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
			System.exit(7);
		});
		server.setExecutor(Executors.newFixedThreadPool(8));
		server.start();
		System.out.println("port " + server.getAddress().getPort());
	}
}
END
javac -d "$work" "$work/Small.java"
server=(java -Xshare:auto -cp "$work" Small)

# 200 requests, four at a time; prints how many were answered rightly.
ask() {
	seq 200 | xargs -P 4 -I N curl -sf -m 10 "http://127.0.0.1:$port/hello?N" | grep -c '^hello [0-9]*$'
}

answered_all() {
	local answered
	answered=$(ask)
	echo "$answered of 200"
	[ "$answered" = 200 ]
}

# Both ends of all requests are in the trace.
holds_requests() {
	local seen
	seen=$(grep -o 'GET /hello?[0-9]* ' "$1" | sort -u | wc -l)
	echo "$seen requests in the trace"
	[ "$seen" = 200 ]
}

wait_port() {
	until_true grep -q '^port ' "$work/out"
	port=$(sed -n 's/^port //p' "$work/out")
}

end_server() {
	local status=0
	curl -sf -m 10 "http://127.0.0.1:$port/quit" || true
	wait "$1" || status=$?
	check "it ends with its own status 7" [ $status = 7 ]
}

for engine in seccomp syscall; do
	echo "started, $engine"
	"$sockline" --engine=$engine -j -o "$work/trace" "${server[@]}" >"$work/out" 2>"$work/err" &
	main=$!
	running+=("$main")
	wait_port
	check "all requests are answered" answered_all
	end_server "$main"
	check "the trace is sound" is_sound "$work/trace"
	check "all requests are in it" holds_requests "$work/trace"
	echo "  $(count_calls "$work/trace") calls"
done

for engine in perf syscall; do
	echo "attached, $engine"
	"${server[@]}" >"$work/out" 2>"$work/err" &
	main=$!
	running+=("$main")
	wait_port
	"$sockline" --engine=$engine -j -o "$work/trace" -p "$main" 2>"$work/sockline.err" &
	tracer=$!
	running+=("$tracer")
	until_true grep -q "^TracerPid:[[:space:]]*[1-9]" /proc/$main/status
	check "it is traced" until_true eval "! grep -L 'TracerPid:[[:space:]]*[1-9]' /proc/$main/task/*/status | grep -q ."
	check "all requests are answered" answered_all
	kill -INT "$tracer"
	status=0
	wait "$tracer" || status=$?
	check "sockline ends with 0: $(tail -1 "$work/sockline.err")" [ $status = 0 ]
	check "the trace is sound" is_sound "$work/trace"
	check "all requests are in it" holds_requests "$work/trace"
	echo "  $(count_calls "$work/trace") calls"
	check "nobody traces it any more" untraced "$main"
	check "all requests are answered afterwards" answered_all
	end_server "$main"
done
finish
