// Package wire is the frames of PROTOCOL.md that carry no signal, as bytes: how to append and
// how to read them. Those of signals are in package signal, what all have in common in
// package frame. It knows no connections and no processes.
package wire
