package pid

import "strconv"

// String returns the text form of p: <0.id.creation> for a process of a node
// without a name, else <name@host.id.creation>.
func (p PID) String() string { return string(appendText(nil, "", p.node, p.id)) }

// String returns the text form of r: #Ref<0.id.creation>, or with the node's
// name instead of the 0.
func (r Ref) String() string { return string(appendText(nil, "#Ref", r.node, r.id)) }

func appendText(b []byte, prefix string, node NodeID, id uint64) []byte {
	b = append(b, prefix...)
	b = append(b, '<')
	if name := node.Name(); name == "" {
		b = append(b, '0')
	} else {
		b = append(b, name...)
	}
	b = append(b, '.')
	b = strconv.AppendUint(b, id, 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, uint64(node.Creation()), 10)
	return append(b, '>')
}
