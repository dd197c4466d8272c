// Package signal has what processes send each other besides the values of their
// programs: why a process ended ([ExitReason]), the messages that the runtime
// itself delivers ([Exit], [Down], [Timeout]), the [Envelope] in which every signal
// travels, and the [Frame] that it is on the wire between two nodes.
//
// Only the runtime makes the three system messages. A program that wants to pass
// one on puts it into a field of a message of its own.
//
// Reasons and frames have bytes that never change (testdata has golden vectors). The
// kind of a signal is a part of its frame, never of its payload: no bytes of a message
// can be taken for an exit.
package signal
