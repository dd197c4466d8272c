package supervisor

import (
	"fmt"
	"strings"
)

// String returns the tree as text, one line for each node:
//
//	shop <0.4.1> (one_for_one)
//	├── stock <0.5.1> (worker, permanent)
//	└── carts <0.6.1> (dynamic, permanent)
//	    └── cart <0.7.1> (worker, temporary, restarts: 2)
func (n *Node) String() string {
	var b strings.Builder
	n.write(&b, "", "")
	return b.String()
}

// write writes n behind what leads to it, and its children behind indent.
func (n *Node) write(b *strings.Builder, lead, indent string) {
	b.WriteString(lead)
	if n.ID != "" {
		b.WriteString(n.ID + " ")
	}
	if !n.PID.IsZero() {
		b.WriteString(n.PID.String() + " ")
	}
	fmt.Fprintf(b, "(%s)\n", n.summary())
	for i, c := range n.Children {
		if i < len(n.Children)-1 {
			c.write(b, indent+"├── ", indent+"│   ")
		} else {
			c.write(b, indent+"└── ", indent+"    ")
		}
	}
}

// Mermaid returns the tree as a Mermaid flowchart: what is not running has a dashed
// border.
func (n *Node) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	number := 0
	n.writeMermaid(&b, &number)
	b.WriteString("\tclassDef absent stroke-dasharray: 4\n")
	return b.String()
}

// writeMermaid writes n, which gets the next number, and those below it.
func (n *Node) writeMermaid(b *strings.Builder, number *int) {
	self := *number
	*number++
	fmt.Fprintf(b, "\tn%d%s\n", self, n.mermaidShape())
	for _, c := range n.Children {
		fmt.Fprintf(b, "\tn%d --> n%d\n", self, *number)
		c.writeMermaid(b, number)
	}
}

func (n *Node) mermaidShape() string {
	var lines []string
	if n.ID != "" {
		lines = append(lines, mermaidText(n.ID))
	}
	if !n.PID.IsZero() {
		lines = append(lines, mermaidText(n.PID.String()))
	}
	text := strings.Join(append(lines, mermaidText(n.summary())), "<br/>")
	shape := `("` + text + `")`
	if n.Type == Supervisor.String() {
		shape = `["` + text + `"]`
	}
	if n.State != Running.String() {
		shape += ":::absent"
	}
	return shape
}

// mermaidText escapes what would end a label, or be taken for markup in it.
var mermaidText = strings.NewReplacer(
	"#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "\n", " ", "`", "#96;",
).Replace
