package faults_test

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/starlang-go/starlang/term"
)

// planVariable is the variable of the environment that makes the test program a member.
const planVariable = "STARLANG_FAULTS_PLAN"

// plan is what a member is to be.
type plan struct {
	Node, Listen string
	Cluster      string // its name, if several clusters share an etcd
	Endpoints    []string
	TTL          time.Duration
	Singles      []string // names of which it has a standby
	Shards       int      // of the entities; 0: it knows of none
	Proxy        bool     // it calls entities and runs none
	Till         bool     // it has a server under the name till/Node, which is in a group
	Sink         string   // where all that acts writes to; empty: nowhere
}

// order is what a member is told, as a line of its standard input. The end of that is the
// member's own.
type order struct {
	Do      string // call, stop, leave, cut or heal
	What    string // of call: entity, name or group
	To      []string
	Rate    int           // of call: calls a second; 0: one after the other, to each of To
	Timeout time.Duration // of each call
}

// event is what a member tells, as a line of its standard output.
type event struct {
	Node string
	At   time.Duration // on the clock of the machine
	Kind string        // started, leads, ended, failed, report or left
	Key  string        `json:",omitempty"`
	// Fence and Last are of ended: Last is the last moment when it was seen that the
	// process could act.
	Fence uint64        `json:",omitempty"`
	Last  time.Duration `json:",omitempty"`
	Err   string        `json:",omitempty"`
	// Of report: how many calls there were, and how long the longest took.
	Begun, Ended, Failed int64         `json:",omitempty"`
	Longest              time.Duration `json:",omitempty"`
}

// write is what a sink is sent, as a line. It answers with a line: taken or stale.
type write struct {
	Key   string
	Fence uint64
	Node  string
	// Open tells that the gate was open after Began, and so at Began too.
	Open  bool
	Began time.Duration
	From  string // who called
	N     int    // its number of the call
}

// number is what callers send.
type number struct {
	From string
	N    int
}

func init() { term.MustRegister[number]("starlang.faults.number") }

// clock reads the clock that all processes of a machine have in common.
func clock() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic("faults: " + err.Error())
	}
	return time.Duration(t.Nano())
}
