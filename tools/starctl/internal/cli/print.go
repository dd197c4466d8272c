package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/starlang-go/starlang/remote/attach"
)

// print writes an answer in the form that was asked for.
func (a answer) print(w io.Writer, output string, c *attach.Conn) error {
	switch output {
	case "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(a.all)
	case "jsonl":
		return a.printLines(w)
	}
	if _, err := fmt.Fprintf(w, "%s, creation %d\n", printable(c.Node()), c.Creation()); err != nil {
		return err
	}
	p := printer{w, regexp.MustCompile(fmt.Sprintf(`<%s\.(\d+)\.%d>`, regexp.QuoteMeta(c.Node()), c.Creation()))}
	if a.note != "" {
		if _, err := io.WriteString(w, p.printable(a.note)+"\n"); err != nil {
			return err
		}
	}
	switch {
	case a.text != "":
		_, err := io.WriteString(w, p.printable(a.text))
		return err
	case a.list != nil && reflect.ValueOf(a.list).Len() == 0:
		_, err := io.WriteString(w, "none\n")
		return err
	case a.list != nil:
		return p.table(reflect.ValueOf(a.list))
	}
	return p.fields(reflect.ValueOf(a.all))
}

// printer writes for people: of the PIDs of the node, which its first line names, the
// number alone.
type printer struct {
	w   io.Writer
	own *regexp.Regexp
}

func (p printer) printable(s string) string { return p.own.ReplaceAllString(printable(s), "<$1>") }

func (a answer) printLines(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if a.list == nil {
		return e.Encode(a.all)
	}
	for i := range reflect.ValueOf(a.list).Len() {
		if err := e.Encode(reflect.ValueOf(a.list).Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// table writes a slice of structs, a column for each field that is not empty in all
// of them.
func (p printer) table(list reflect.Value) error {
	t := tabwriter.NewWriter(p.w, 0, 8, 2, ' ', 0)
	var columns []reflect.StructField
	for _, f := range reflect.VisibleFields(list.Type().Elem()) {
		for i := range list.Len() {
			if !f.Anonymous && !list.Index(i).FieldByIndex(f.Index).IsZero() {
				columns = append(columns, f)
				break
			}
		}
	}
	var line []string
	for _, f := range columns {
		line = append(line, strings.ToUpper(columnName(f)))
	}
	fmt.Fprintln(t, strings.Join(line, "\t"))
	for i := range list.Len() {
		line = line[:0]
		for _, f := range columns {
			line = append(line, p.cell(list.Index(i).FieldByIndex(f.Index)))
		}
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

// fields writes the fields of a struct, one a line.
func (p printer) fields(v reflect.Value) error {
	t := tabwriter.NewWriter(p.w, 0, 8, 2, ' ', 0)
	long := ""
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous {
			continue
		}
		field := v.FieldByIndex(f.Index)
		if field.Kind() == reflect.String && strings.Contains(field.String(), "\n") {
			long += "\n" + columnName(f) + ":\n" + p.printable(field.String()) + "\n"
			continue
		}
		fmt.Fprintf(t, "%s\t%s\n", columnName(f), p.cell(field))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(p.w, long)
	return err
}

func columnName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.TrimSuffix(name, "_ns")
}

// cell returns a value as one line.
func (p printer) cell(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.Round(roundTo(x)).String()
	case time.Time:
		return x.Format(time.DateTime)
	case fmt.Stringer:
		if v.IsZero() {
			return "-"
		}
		return p.printable(x.String())
	case float64:
		return fmt.Sprintf("%.1f", x)
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Pointer, reflect.Map:
		if v.Kind() != reflect.Struct && v.IsZero() {
			return "-"
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(v.Interface()) // it was decoded
		return p.printable(strings.TrimSpace(b.String()))
	}
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(p.printable(fmt.Sprint(v.Interface())))
}

func roundTo(d time.Duration) time.Duration {
	switch {
	case d > time.Minute:
		return time.Second
	case d > time.Second:
		return 10 * time.Millisecond
	}
	return 10 * time.Microsecond
}

// printable returns s without what would steer a terminal: texts are those of whoever
// has written the program, or sent it something.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}
