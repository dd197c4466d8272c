// Package wire is the frames of PROTOCOL.md as bytes: how to append and how to read
// them. It knows no connections and no processes.
package wire
