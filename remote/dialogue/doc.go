// Package dialogue plays dialogues of PROTOCOL.md against a running node: what a peer
// says, and what the node has to answer. It is for those who write a node in another
// language, see OTHER-LANGUAGES.md; command tools/dialogue plays all from a shell.
//
// # Dialogues are data
//
// Each file of the directory dialogues is one. Its first line, behind a #, says what
// holds; each other line is a frame, as a JSON array of its kind and fields:
//
//	> [32, 7]           the player sends it
//	>1/2 [17, 1, 5, 0]  it sends the first of two fragments of it
//	< [33, 7]           the node must send it next
//	< [56, 1, {"a": 2}] of a map, only the keys that are named count
//
// Exit reasons stand as their text. In place of a number may stand "$missing", a process
// that never was, and "$partner", the process with the name [PartnerName]; "$me" in a
// value is the PID of the player's process 1; "*" is anything. The node's pings are answered,
// and it may send frames of optional kinds at any time.
package dialogue
