package term_test

import (
	"fmt"

	"github.com/starlang-go/starlang/term"
)

// celsius is a registered scalar with a method.
type celsius int16

func (c celsius) String() string { return fmt.Sprintf("%d °C", int16(c)) }

// point is a registered plain struct.
type point struct{ X, Y int8 }

// tree is a registered type that contains itself.
type tree struct {
	Value       int
	Left, Right *tree
	Children    []tree
	ByName      map[string]tree `msgpack:",omitempty"`
}

// envelope is a registered type with all that makes copying hard.
type envelope struct {
	Body    any
	Headers map[string][]string `msgpack:"headers,omitempty"`
	Raw     []byte
	point   `msgpack:",inline"`
	Note    *string `msgpack:"note,omitempty"`
	Skipped *int    `msgpack:"-"`
}

// version is a type with a form of its own and unexported fields.
type version struct{ major, minor int }

func (v version) AppendTerm(dst []byte) ([]byte, error) {
	dst = term.AppendArrayLen(dst, 2)
	dst = term.AppendInt(dst, int64(v.major))
	return term.AppendInt(dst, int64(v.minor)), nil
}

func (v *version) ParseTerm(r *term.Reader) error {
	if _, err := r.ReadArrayLen(); err != nil {
		return err
	}
	major, err := r.ReadInt()
	if err != nil {
		return err
	}
	minor, err := r.ReadInt()
	*v = version{int(major), int(minor)}
	return err
}

func init() {
	term.MustRegister[celsius]("test.celsius")
	term.MustRegister[point]("test.point")
	term.MustRegister[tree]("test.tree")
	term.MustRegister[envelope]("test.envelope")
	term.MustRegister[version]("test.version")
}
