package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

func tree(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
	roots := args
	if len(roots) == 0 {
		r, err := c.Roots(ctx, inspect.Roots{})
		if err != nil {
			return answer{}, err
		}
		for _, row := range r.Rows {
			roots = append(roots, row.PID.String())
		}
	}
	all := []inspect.Branch{}
	for _, root := range roots {
		b, err := c.Tree(ctx, inspect.Tree{Root: root, Depth: f.depth, After: f.after})
		if err != nil {
			return answer{}, err
		}
		all = append(all, b)
	}
	return answer{all: all, list: all, text: drawing(all, f.mermaid)}, nil
}

func drawing(roots []inspect.Branch, mermaid bool) string {
	var d strings.Builder
	if mermaid {
		d.WriteString("flowchart TD\n")
		number := 0
		for _, b := range roots {
			drawMermaid(&d, b, &number)
		}
		return d.String()
	}
	for _, b := range roots {
		draw(&d, b, "", "")
	}
	return d.String()
}

// draw writes b behind what leads to it, and its children behind indent.
func draw(d *strings.Builder, b inspect.Branch, lead, indent string) {
	d.WriteString(lead + describe(b) + "\n")
	hidden := b.Total - len(b.Children)
	for i, c := range b.Children {
		if i < len(b.Children)-1 || hidden > 0 {
			draw(d, c, indent+"├── ", indent+"│   ")
		} else {
			draw(d, c, indent+"└── ", indent+"    ")
		}
	}
	if hidden > 0 {
		fmt.Fprintf(d, "%s└── … %d more\n", indent, hidden)
	}
}

func describe(b inspect.Branch) string {
	words := []string{b.ID}
	if !b.PID.IsZero() {
		words = append(words, b.PID.String())
	}
	notes := []string{b.Type}
	if b.Restart != "" {
		notes = append(notes, b.Restart)
	}
	if b.State != "running" {
		notes = append(notes, b.State)
	}
	if b.Restarts > 0 {
		notes = append(notes, fmt.Sprintf("restarts: %d", b.Restarts))
	}
	if b.Queue > 0 {
		notes = append(notes, fmt.Sprintf("queue: %d", b.Queue))
	}
	if b.Error != "" {
		notes = append(notes, "error: "+b.Error)
	}
	return strings.TrimSpace(strings.Join(words, " ") + " (" + strings.Join(notes, ", ") + ")")
}

func drawMermaid(d *strings.Builder, b inspect.Branch, number *int) {
	self := *number
	*number++
	fmt.Fprintf(d, "\tn%d[\"%s\"]\n", self, mermaidText(describe(b)))
	for _, c := range b.Children {
		fmt.Fprintf(d, "\tn%d --> n%d\n", self, *number)
		drawMermaid(d, c, number)
	}
}

// mermaidText escapes what would end a label, or be taken for markup in it.
var mermaidText = strings.NewReplacer(
	"#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "\n", " ", "`", "#96;",
).Replace
