package suite

import "path/filepath"

// System is one contestant.
type System struct {
	// Name is the system's name on the command line and in results.
	Name string
	// Peer says that it is another actor library for Go: the best of these is
	// what this project is compared with.
	Peer bool
	// N holds the workloads of which the system gets another number of
	// operations than the rest, because it would need minutes.
	N map[string]int
	// Dir is the directory of the system's program, "" for that of its name in this
	// work tree.
	Dir string
}

// dir is where the system's program is built.
func (s System) dir() string {
	if s.Dir != "" {
		return s.Dir
	}
	return filepath.Join("systems", s.Name)
}

// The systems that reports compare with.
const (
	PlainGo  = "go"
	Starlang = "starlang"
	Beam     = "beam"
)

// Systems are all contestants in the order of the table.
var Systems = []System{
	{Name: PlainGo},
	{Name: Starlang},
	{Name: Beam, N: map[string]int{"supervise": 10_000}},
	{Name: "ergo", Peer: true},
	{Name: "protoactor", Peer: true},
	{Name: "hollywood", Peer: true},
	{Name: "goakt", Peer: true, N: map[string]int{"spawn": 20_000, "idle": 100_000, "skynet": 100_000}},
}

// operations is the number of operations of one run: the workload's own or the
// system's, scaled, and divisible among senders, receivers and names.
func (s System) operations(w Workload, scale float64) int {
	n := w.N
	if own, ok := s.N[w.Name]; ok {
		n = own
	}
	scaled := int(float64(n) * scale)
	least := w.Least
	if least == 0 {
		least = share
	}
	return max(scaled-scaled%least, least)
}

// share is a number that the 16 senders of rem16, the 8 of send8 and the ten
// messages of a name divide evenly.
const share = 80
