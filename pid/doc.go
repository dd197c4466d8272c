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
// PIDs and Refs travel as text, JSON and MessagePack, each with one exact form.
// Package pid/signal has the signals that processes exchange.
package pid
