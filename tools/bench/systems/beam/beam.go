// Package beam holds the workloads for the Erlang virtual machine, in Erlang.
package beam

import _ "embed"

// Source is the module bench: "erl -run bench main WORKLOAD N" prints one
// result as the Go workers do.
//
//go:embed bench.erl
var Source []byte
