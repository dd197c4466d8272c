// Package payload is the message of the remote workloads for the systems whose
// wire format is Protocol Buffers.
package payload

//go:generate protoc --go_out=. --go_opt=paths=source_relative payload.proto

// The numbers of messages that are not counted: a Hello is answered, a Report
// carries what a receiver has counted.
const (
	Hello  = 0
	Report = -1
)
