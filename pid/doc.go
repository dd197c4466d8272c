// Package pid says who a process is: [PID], [Ref], and the identity of a node.
//
// A [PID] is a node's identity and a number. A node's identity, [NodeID], is its
// name and its creation: a random number drawn at every start, so that a PID of
// an earlier start matches nothing. All three are small comparable values: use
// them as map keys, compare them with ==, keep them as long as you like.
//
//	node, err := pid.NewNode("shop@host1")
//	if err != nil {
//		return err
//	}
//	p := node.NextPID()
//	fmt.Println(p) // <shop@host1.1.2874930214>
//
// PIDs and Refs travel as text, JSON and MessagePack, each with one exact form:
// [PID.String] and [ParsePID] are inverses, and so are AppendTerm and ParseTerm,
// whose bytes never change (testdata has golden vectors). What a decoder gets may
// be hostile: lengths are checked before anything is allocated, and identities
// are interned weakly, so that no peer can make memory grow by inventing them.
//
// What the package does not promise: that whoever holds a PID may use it. It is
// an address, no capability, and anyone who has its text has the PID.
//
// Package pid/signal has the signals that processes exchange.
package pid
