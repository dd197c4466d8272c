package term_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

type (
	first     struct{ A int }
	second    struct{ A int }
	late      struct{ A int }
	userID    int64
	labels    map[string]string
	pointers  []*first
	notItself struct{ Done chan int }
)

func TestRegister_DuplicatesAreErrorsThatShowBothTypes(t *testing.T) {
	require.NoError(t, term.Register[first]("test.first"))
	require.NoError(t, term.Register[first]("test.first"), "the same again")

	err := term.Register[second]("test.first")
	require.ErrorIs(t, err, term.ErrTaken)
	require.EqualError(t, err, "term: register github.com/starlang-go/starlang/term_test.second as \"test.first\": "+
		"the name is already registered for github.com/starlang-go/starlang/term_test.first")
	err = term.Register[first]("test.other")
	require.ErrorIs(t, err, term.ErrTaken)
	require.ErrorContains(t, err, `term_test.first is already registered as "test.first"`)
	require.Panics(t, func() { term.MustRegister[second]("test.first") })
}

func TestRegister_AnyNamedOrUnnamedTypeThatCanBeSent(t *testing.T) {
	require.NoError(t, term.Register[userID]("test.userID"))
	require.NoError(t, term.Register[labels]("test.labels"))
	require.NoError(t, term.Register[pointers]("test.pointers"))
	require.NoError(t, term.Register[map[userID][]first]("test.byUser"))
	for _, sent := range []any{
		userID(5), ptr(userID(5)), labels{"a": "b"}, labels(nil), ptr(labels{}), pointers{nil, {1}}, map[userID][]first{1: {{2}}},
	} {
		b, err := term.AppendMessage(nil, sent)
		require.NoError(t, err)
		got, err := term.DecodeMessage(b)
		require.NoError(t, err)
		requireSame(t, sent, got)
	}
}

func TestRegister_TypesAndNamesThatMakeNoSenseAreErrors(t *testing.T) {
	for err, want := range map[error]string{
		term.Register[notItself]("test.notItself"):      "field Done: chan int cannot be sent",
		term.Register[*first]("test.pointer"):           "register term_test.first, its pointer is included",
		term.Register[error]("test.error"):              "an interface does not travel, what is in it does",
		term.Register[second](""):                       "a name has 1 to 254 bytes, not 0",
		term.Register[second](strings.Repeat("a", 255)): "a name has 1 to 254 bytes, not 255",
		term.Register[second]("\xff"):                   "a name is valid UTF-8",
		term.Register[second]("*test.second"):           `a name does not begin with "*", "[" or "map["`,
		term.Register[second]("[]second"):               `a name does not begin with "*", "[" or "map["`,
		term.Register[second]("int64"):                  "the name is one of Go's own",
		term.Register[second]("time.Time"):              "the name is one of Go's own",
		term.Register[int64]("test.int64"):              `int64 is already registered as "int64"`,
		term.Register[term.Atom]("test.atom"):           "is already registered as extension 2",
		term.RegisterExt[second](40):                    "it must implement term.Appender",
		term.RegisterExt[coded](-5):                     "the code is kept for another use",
		term.RegisterExt[coded](term.ExtTypeName):       "the code is kept for another use",
		term.RegisterExt[coded](term.ExtAtom):           "the code is already registered for github.com/starlang-go/starlang/term.Atom",
		term.RegisterExt[version](41):                   `version is already registered as "test.version"`,
	} {
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "term: register ")
	}
}

func TestRegister_ARawTermIsKnownOnceItsNameIs(t *testing.T) {
	raw := mustRaw("test.late", late{5}) // came before
	require.NoError(t, term.Register[late]("test.late"))
	b, err := term.AppendMessage(nil, raw)
	require.NoError(t, err)
	got, err := term.DecodeMessage(b)
	require.NoError(t, err)
	require.Equal(t, late{5}, got)
}

// coded is an extension of the program's own.
type coded struct{ b byte }

func (c coded) AppendTerm(dst []byte) ([]byte, error) {
	if c.b == 0xff {
		return term.AppendUint(dst, 1), nil // not what it is registered for
	}
	return append(term.AppendExtHeader(dst, 42, 1), c.b), nil
}

func (c *coded) ParseTerm(r *term.Reader) error {
	n, err := r.ExpectExt(42)
	if err != nil {
		return err
	}
	b, err := r.ReadN(n)
	if err == nil {
		c.b = b[0]
	}
	return err
}

func TestRegisterExt_TheCodeTellsTheType(t *testing.T) {
	require.NoError(t, term.RegisterExt[coded](42))
	require.NoError(t, term.RegisterExt[coded](42), "the same again")
	require.ErrorIs(t, term.RegisterExt[coded](43), term.ErrTaken)
	for _, sent := range []any{coded{7}, []any{coded{7}}, map[any]any{coded{7}: coded{8}}} {
		b, err := term.AppendMessage(nil, sent)
		require.NoError(t, err)
		got, err := term.DecodeMessage(b)
		require.NoError(t, err)
		requireSame(t, sent, got)
	}
	_, err := term.AppendMessage(nil, coded{0xff})
	require.ErrorContains(t, err, "AppendTerm of term_test.coded did not write extension 42")
	local, err := term.Isolate(term.Ext{Code: 42, Data: "\x07"})
	require.NoError(t, err)
	require.Equal(t, coded{7}, local, "as it arrives from another node")
}

// path is an extension of a type that can be nil.
type path []string

func (p path) AppendTerm(dst []byte) ([]byte, error) {
	text := strings.Join(p, "/")
	return append(term.AppendExtHeader(dst, 44, len(text)), text...), nil
}

func (p *path) ParseTerm(r *term.Reader) error {
	n, err := r.ExpectExt(44)
	if err != nil {
		return err
	}
	text, err := r.ReadN(n)
	*p = strings.Split(string(text), "/")
	return err
}

func TestRegisterExt_NilIsAnExtensionToo(t *testing.T) {
	require.NoError(t, term.RegisterExt[path](44))
	for _, sent := range []path{{"a", "b"}, nil} {
		b, err := term.AppendMessage(nil, sent)
		require.NoError(t, err)
		remote, err := term.DecodeMessage(b)
		require.NoError(t, err)
		local, err := term.Isolate(sent)
		require.NoError(t, err)
		requireSame(t, local, remote)
	}
}

func TestRegister_ConcurrentSafe(t *testing.T) {
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if err := term.Register[map[first]second]("test.concurrent"); err != nil {
					t.Error(err)
				}
				b, err := term.AppendMessage(nil, map[first]second{{1}: {2}})
				if _, err2 := term.DecodeMessage(b); err != nil || err2 != nil {
					t.Error(err, err2)
				}
			}
		})
	}
	wait.Wait()
}
