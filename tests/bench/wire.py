"""The wire of a lab beside a pair of virtual Ethernet devices, for the part `wire` of the benchmarks.

Both carry the same traffic of the same program (packet-rate.c) between two network namespaces of a user
namespace, in which neither can have more than the usual buffers.
"""

import os
import re
import shutil
import statistics
import subprocess

PACKET_RATE = os.path.abspath(os.environ.get("PACKET_RATE", "tests/bench/packet-rate"))

SECONDS = 0.7
# The least that the wire may be of the pair.
KINDS = (("udp", "datagrams of 64 bytes a second", 0.8), ("tcp", "bytes a second of one connection", 1.3),
         ("rtt", "round trips of a datagram a second", 0.5))


class Wire:
    """Traffic between two hosts of a lab, whose packets are recorded and not shown."""

    def __init__(self, socksh, program):
        self.socksh = socksh
        self.program = program

    def once(self, kind):
        process = subprocess.Popen([self.socksh, "-q", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)

        def say(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()

        say("lab\nwire show off")
        say(f"r = @server spawn exec {self.program} {kind}-receive {SECONDS}")
        say('await r line\nprint "port ${r.line} "')
        port = None
        while not port:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(process.stderr.read())
            port = re.match(r"port (\d+)", line)
        say(f"c = @client spawn exec {self.program} {kind}-send 10.0.0.2 {port[1]} {SECONDS + 0.3}")
        say('await r line 20s\nprint "rate ${r.line} "')
        output, errors = process.communicate()
        found = re.search(r"^rate (\d+)", output, re.M)
        if not found:
            raise RuntimeError(errors)
        return float(found[1])


class Pair:
    """The same between two namespaces that a pair of devices joins."""

    SETUP = """
set -e
ip link add v0 type veth peer name v1
unshare --net sleep 60 &
other=$!
trap 'kill $other' EXIT
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do :; done
ip link set v1 netns $other
ip address add 10.9.0.1/24 dev v0
ip link set v0 up
nsenter --net --target $other sh -ec 'ip address add 10.9.0.2/24 dev v1; ip link set v1 up'
mkfifo "$2"
nsenter --net --target $other "$0" "$1-receive" SECONDS >"$2" &
exec 3<"$2"
read -r port <&3
"$0" "$1-send" 10.9.0.2 "$port" LONGER
read -r rate <&3
echo "rate $rate"
""".replace("SECONDS", str(SECONDS)).replace("LONGER", str(SECONDS + 0.3))

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.runs = 0

    def once(self, kind):
        self.runs += 1
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "sh", "-c", self.SETUP, self.program, kind,
                               os.path.join(self.directory, f"rates-{self.runs}")],
                              capture_output=True, text=True, check=False)
        found = re.search(r"^rate (\d+)", done.stdout, re.M)
        if not found:
            raise RuntimeError(done.stderr)
        return float(found[1])


STEPS = 200
STEP = f"""lab
goto ESTABLISHED
setsockopt c tcp_nodelay 1
u = @client udp-bind client:0
repeat {STEPS} sendto u x server:9
time repeat {STEPS} step
"""


def step_seconds(socksh):
    """How long one step takes, with the looks at all connections behind it."""
    done = subprocess.run([socksh, "-q", "-c", STEP], capture_output=True, text=True, check=True)
    return float(re.search(r"time ([\d.]+) s", done.stdout)[1]) / STEPS


CONNECTIONS = 1000
CONNECTION = f"""lab
wire show off
LOOKS
srv = @server tcp-listen server:80
serve srv echo
time repeat {CONNECTIONS} {{ c = @client tcp-connect server:80; send c x; recv c 1; close c }}
"""


def connections_a_second(socksh, looks):
    """Connections over the flowing wire, with a byte each way: with exact states, or without looks."""
    script = CONNECTION.replace("LOOKS", "" if looks else "set states off")
    done = subprocess.run([socksh, "-q", "-c", script], capture_output=True, text=True, check=True)
    return CONNECTIONS / float(re.search(r"time ([\d.]+) s", done.stdout)[1])


DATAGRAMS = 20000
RULED = f"""lab
set calls off
RULES
r = @server udp-bind server:9000
c = @client udp-connect server:9000
time repeat {DATAGRAMS} {{ send c x; recv r 10 }}
"""


def ruled_rate(socksh, count):
    """Datagrams that cross and are received, one by one, past so many rules that never apply."""
    rules = "\n".join(f"wire rule r-{i} drop when flags S from client dport {i + 1} length 1..{i + 1}" for i in range(count))
    done = subprocess.run([socksh, "-q", "-c", RULED.replace("RULES", rules)], capture_output=True, text=True, check=True)
    return DATAGRAMS / float(re.search(r"time ([\d.]+) s", done.stdout)[1])


def measure(bench, socksh):
    bench.report.heading("the wire of a lab, packets recorded, beside a veth pair")
    if not shutil.which("ip"):
        bench.report.figure("(a veth pair takes ip of iproute2)", "left out")
    else:
        wire, pair = Wire(socksh, PACKET_RATE), Pair(PACKET_RATE, bench.directory)
        for kind, name, limit in KINDS:
            rates = [(wire.once(kind), pair.once(kind)) for _ in range(bench.rounds)]
            bench.report.figure(f"wire: {name}", f"{statistics.median(rate[0] for rate in rates):,.0f}")
            bench.report.figure(f"veth: {name}", f"{statistics.median(rate[1] for rate in rates):,.0f}")
            bench.report.at_least(f"{kind}: wire / veth", statistics.median(a / b for a, b in rates), limit)
    rates = [(connections_a_second(socksh, True), connections_a_second(socksh, False))
             for _ in range(bench.rounds)]
    bench.report.figure("connections a second, with exact states", f"{statistics.median(r[0] for r in rates):,.0f}")
    bench.report.at_least("connections: exact states / without looks",
                          statistics.median(a / b for a, b in rates), 0.5)
    rules = [(ruled_rate(socksh, 10), ruled_rate(socksh, 0)) for _ in range(bench.rounds)]
    bench.report.at_least("datagrams over the flowing wire: ten rules / none",
                          statistics.median(a / b for a, b in rules), 0.9)
    taken = statistics.median(step_seconds(socksh) for _ in range(bench.rounds))
    bench.report.at_most("one step, in milliseconds", taken * 1000, 1)
