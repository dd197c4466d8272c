package suite

import (
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// Workload says what is counted under a name, and how.
type Workload struct {
	// Name is the workload's name on the command line and in results.
	Name string
	// What describes one operation, for a reader of the table.
	What string
	// Unit is the unit of the value.
	Unit string
	// N is the number of operations of one run: enough for half a second to
	// two seconds on two cores.
	N int
	// Least is the smallest number of operations, and what all others are a multiple of;
	// 0 means as many as all workloads can share out.
	Least int
	// Rate says that a larger value is better. Otherwise a smaller one is.
	Rate bool
	// Whole says that the value belongs to all n operations together, so that
	// values of different n cannot be compared.
	Whole bool

	value func(worker.Result) float64
}

// Value converts what a worker measured into the workload's unit.
func (w Workload) Value(r worker.Result) float64 { return w.value(r) }

// Better says whether value a is better than value b.
func (w Workload) Better(a, b float64) bool {
	if w.Rate {
		return a > b
	}
	return a < b
}

// Slowdown is how many times better the reference is than value: 2 means half
// the rate, or twice the time or memory.
func (w Workload) Slowdown(value, reference float64) float64 {
	if w.Rate {
		return reference / value
	}
	return value / reference
}

// Workloads are all workloads in the order of the table.
var Workloads = []Workload{
	{Name: "pingpong", What: "round trip between two processes", Unit: "ns", N: 2_000_000, value: nanoseconds},
	{Name: "send1", What: "messages, 1 sender to 1 receiver", Unit: "million/s", N: 5_000_000, Rate: true, value: perMicrosecond},
	{Name: "send8", What: "messages, 8 senders to 1 receiver", Unit: "million/s", N: 4_000_000, Rate: true, value: perMicrosecond},
	{Name: "pairs4", What: "messages, 4 senders to a receiver each", Unit: "million/s", N: 5_000_000, Rate: true, value: perMicrosecond},
	{Name: "spawn", What: "processes spawned and ended", Unit: "thousand/s", N: 500_000, Rate: true, value: perMillisecond},
	{Name: "idle", What: "resident memory of a waiting process", Unit: "bytes", N: 1_000_000, value: bytesEach},
	{Name: "skynet", What: "tree of processes, leaves summed", Unit: "s", N: 1_000_000, Whole: true, value: seconds},
	{Name: "ring", What: "hop of one token around 10,000 processes", Unit: "ns", N: 1_000_000, value: nanoseconds},
	{Name: "call", What: "call with a timeout", Unit: "ns", N: 1_000_000, value: nanoseconds},
	{Name: "monitor", What: "one process dies, every watcher is told", Unit: "ms", N: 100_000, Whole: true, value: milliseconds},
	{Name: "links", What: "chain of linked processes dies", Unit: "ms", N: 10_000, Whole: true, value: milliseconds},
	{Name: "named", What: "messages to 100,000 names", Unit: "thousand/s", N: 1_000_000, Rate: true, value: perMillisecond},
	{Name: "server", What: "calls of 8 callers to one server", Unit: "thousand/s", N: 800_000, Rate: true, value: perMillisecond},
	{Name: "serverhib", What: "the same, hibernating after each call", Unit: "thousand/s", N: 400_000, Rate: true, value: perMillisecond},
	{Name: "cast", What: "messages to a server, unanswered", Unit: "million/s", N: 4_000_000, Rate: true, value: perMicrosecond},
	{Name: "supervise", What: "children started, killed, restarted, stopped", Unit: "ms", N: 100_000, Whole: true, value: milliseconds},
	{Name: "names", What: "names registered, looked up and freed", Unit: "thousand/s", N: 200_000, Rate: true, value: perMillisecond},
	{Name: "timers", What: "timer started; half are cancelled", Unit: "ns", N: 1_000_000, value: nanoseconds},
	{Name: "select", What: "receive from behind 100,000 messages", Unit: "µs", N: 2_000, value: microsecondsEach},
	{Name: "overblock", What: "handled of a flood, senders wait", Unit: "thousand/s", N: 400_000, Rate: true, value: handledPerMillisecond},
	{Name: "overreject", What: "handled of a flood, the rest refused", Unit: "thousand/s", N: 4_000_000, Rate: true, value: handledPerMillisecond},
	{Name: "overnewest", What: "handled of a flood, the newest dropped", Unit: "thousand/s", N: 4_000_000, Rate: true, value: handledPerMillisecond},
	{Name: "overoldest", What: "handled of a flood, the oldest dropped", Unit: "thousand/s", N: 4_000_000, Rate: true, value: handledPerMillisecond},
	{Name: "rem64", What: "messages of 64 bytes to another OS process", Unit: "thousand/s", N: 1_000_000, Rate: true, value: perMillisecond},
	{Name: "rem1k", What: "messages of 1 KiB to another OS process", Unit: "thousand/s", N: 500_000, Rate: true, value: perMillisecond},
	{Name: "rem16", What: "64 bytes, 16 senders to 16 remote receivers", Unit: "thousand/s", N: 1_600_000, Rate: true, value: perMillisecond},
	{Name: "tls", What: "rem64 over TLS 1.3", Unit: "thousand/s", N: 1_000_000, Rate: true, value: perMillisecond},
	{Name: "large1m", What: "messages of 1 MiB to another OS process", Unit: "MB/s", N: 800, Rate: true, value: megabytes(worker.Large1M)},
	{Name: "large64m", What: "messages of 64 MiB to another OS process", Unit: "MB/s", N: 16, Least: 1, Rate: true, value: megabytes(worker.Large64M)},
	{Name: "largelat", What: "remlat amid a flood of 1 MiB messages", Unit: "µs", N: 800, value: medianMicroseconds},
	{Name: "churn", What: "100,000 remote monitors, twice cut and set", Unit: "ms", N: 100_000, Whole: true, value: milliseconds},
	{Name: "remcall", What: "64 callers to a server in another OS process", Unit: "thousand/s", N: 400_000, Rate: true, value: perMillisecond},
	{Name: "remlat", What: "median round trip to another OS process", Unit: "µs", N: 20_000, value: medianMicroseconds},
}

func nanoseconds(r worker.Result) float64 { return float64(r.Elapsed) / float64(r.N) }

// megabytes is the rate of operations of so many bytes, in 10^6 bytes a second.
func megabytes(size int) func(worker.Result) float64 {
	return func(r worker.Result) float64 { return rate(r, time.Microsecond) * float64(size) }
}

func handledPerMillisecond(r worker.Result) float64 {
	return float64(r.Handled) / (float64(r.Elapsed) / float64(time.Millisecond))
}

func microsecondsEach(r worker.Result) float64 { return nanoseconds(r) / 1e3 }
func milliseconds(r worker.Result) float64     { return r.Elapsed.Seconds() * 1e3 }
func seconds(r worker.Result) float64          { return r.Elapsed.Seconds() }
func bytesEach(r worker.Result) float64        { return float64(r.Bytes) / float64(r.N) }

func perMicrosecond(r worker.Result) float64 { return rate(r, time.Microsecond) }
func perMillisecond(r worker.Result) float64 { return rate(r, time.Millisecond) }

func rate(r worker.Result, unit time.Duration) float64 {
	return float64(r.N) / (float64(r.Elapsed) / float64(unit))
}

func medianMicroseconds(r worker.Result) float64 { return microseconds(r.P50) }

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
