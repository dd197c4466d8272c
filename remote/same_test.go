package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// parcel has something of all that needs more than a copy on its way.
type parcel struct {
	Number   *big.Int // a type of others, by a codec
	Bytes    []byte
	ByName   map[string]*parcel
	Any      any
	Shared   term.Shared[label]
	Until    time.Time
	Left     time.Duration
	Reason   term.CarriedError
	Optional *string
}

type label struct{ Lines []string }

// problem is an error with a field, which has a wire name.
type problem struct{ Left int }

func (p *problem) Error() string { return fmt.Sprintf("%d left", p.Left) }

var errOwn = errors.New("an error of the program's own")

// Requests of the mirror: it answers with what it has got, or with an error.
type (
	reflectNow struct {
		genserver.Returns[parcel]
		Parcel parcel
		Wrap   []string
		Fail   string
	}
	reflectLater struct {
		genserver.Returns[parcel]
		Now reflectNow
	}
)

func init() {
	term.MustRegisterCodec("remote_test.big", term.Codec[*big.Int]{
		Append: func(dst []byte, n *big.Int) ([]byte, error) { return term.AppendString(dst, n.String()), nil },
		Parse: func(r *term.Reader) (*big.Int, error) {
			s, err := r.ReadString()
			if err != nil {
				return nil, err
			}
			n, ok := new(big.Int).SetString(s, 10)
			if !ok {
				return nil, errors.New("not a number")
			}
			return n, nil
		},
		Clone: func(n *big.Int) (*big.Int, error) { return new(big.Int).Set(n), nil },
	})
	term.MustRegisterError("remote_test.own", errOwn)
	term.MustRegister[problem]("remote_test.problem")
	term.MustRegister[parcel]("remote_test.parcel")
	term.MustRegister[reflectNow]("remote_test.now")
	term.MustRegister[reflectLater]("remote_test.later")
}

var failures = map[string]error{
	"own": errOwn, "problem": &problem{3}, "eof": io.EOF, "not exist": fs.ErrNotExist, "deadline": context.DeadlineExceeded,
	"no process": runtime.ErrNoProc, "unhandled": genserver.ErrUnhandled, "unknown": errors.New("nobody knows it"),
}

type mirror struct{}

func (*mirror) now(_ *genserver.Context, q reflectNow) (parcel, error) {
	err := failures[q.Fail]
	for _, how := range q.Wrap {
		switch {
		case err == nil:
		case how == "join":
			err = errors.Join(err, io.ErrUnexpectedEOF)
		default:
			err = fmt.Errorf("%s: %w", how, err)
		}
	}
	return q.Parcel, err
}

func (m *mirror) later(ctx *genserver.Context, to genserver.ReplyTo[parcel], q reflectLater) error {
	p, err := m.now(ctx, q.Now)
	program := runtime.NewContext(context.Background(), ctx.Runtime())
	if err != nil {
		return to.ReplyError(program, err)
	}
	return to.Reply(program, p)
}

func (*mirror) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*mirror).now), genserver.OnDeferred((*mirror).later))
}

// What a caller gets from a server of its own node, it gets from one of another node: values
// of all kinds, errors and what they are, now or later, from a process or without one.
func TestSame_ResultsHereAndOnAnotherNode(t *testing.T) {
	a, b := pairOf(t, remote.Config{})
	for _, n := range []*runtime.Runtime{a.Runtime(), b.Runtime()} {
		_, err := genserver.Start(runtime.NewContext(t.Context(), n), &mirror{}, genserver.Options{Name: "mirror"})
		require.NoError(t, err)
	}
	fails := []string{"", "", "own", "problem", "eof", "not exist", "deadline", "no process", "unhandled", "unknown"}
	run(t, a, func(ctx *runtime.Context) error {
		program := runtime.NewContext(t.Context(), a.Runtime())
		rapid.Check(t, func(t *rapid.T) {
			q := reflectNow{
				Parcel: drawParcel(t, 2),
				Fail:   rapid.SampledFrom(fails).Draw(t, "fail"),
				Wrap:   rapid.SliceOfN(rapid.SampledFrom([]string{"buy", "join", "load"}), 0, 3).Draw(t, "wrap"),
			}
			from := rapid.SampledFrom([]context.Context{ctx, program}).Draw(t, "from")
			for _, later := range []bool{false, true} {
				here, hereErr := reflected(from, a.Name(), q, later)
				there, thereErr := reflected(from, b.Name(), q, later)
				require.Equal(t, here, there)
				requireSameError(t, hereErr, thereErr)
			}
		})
		return nil
	})
}

func reflected(ctx context.Context, node string, q reflectNow, later bool) (parcel, error) {
	to := pid.Name{Name: "mirror", Node: node}
	if later {
		return genserver.Call(ctx, to, reflectLater{Now: q})
	}
	return genserver.Call(ctx, to, q)
}

// requireSameError requires that two errors are the same to a caller: each is what the other
// is. The texts of the library's own may name the node.
func requireSameError(t *rapid.T, here, there error) {
	require.Equal(t, here == nil, there == nil, "%v, %v", here, there)
	for name, err := range failures {
		require.Equal(t, errors.Is(here, err), errors.Is(there, err), "%s: %v, %v", name, here, there)
	}
	require.Equal(t, errors.Is(here, io.ErrUnexpectedEOF), errors.Is(there, io.ErrUnexpectedEOF))
	var one, other *problem
	require.Equal(t, errors.As(here, &one), errors.As(there, &other))
	require.Equal(t, one, other)
	var replied, alsoReplied *genserver.ReplyError
	require.Equal(t, errors.As(here, &replied), errors.As(there, &alsoReplied))
	if replied != nil {
		require.Equal(t, here.Error(), there.Error())
	}
}

func drawParcel(t *rapid.T, depth int) parcel {
	p := parcel{
		Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"),
		Any: rapid.SampledFrom([]any{
			nil, 1, "text", []byte{1}, time.Minute, pid.Name{Name: "x"}, &problem{1}, big.NewInt(7), []any{1, "a"}, map[string]any{"k": 2.5},
		}).Draw(t, "any"),
		Shared: term.Share(label{rapid.SliceOf(rapid.String()).Draw(t, "lines")}),
		Until:  time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "until"), 5).UTC(),
		Left:   time.Duration(rapid.Int64().Draw(t, "left")),
		Reason: term.CarryError(failures[rapid.SampledFrom([]string{"own", "eof", "problem"}).Draw(t, "reason")]),
	}
	if rapid.Bool().Draw(t, "number") {
		p.Number = big.NewInt(rapid.Int64().Draw(t, "n"))
	}
	if rapid.Bool().Draw(t, "optional") {
		p.Optional = new(string)
	}
	if depth > 0 && rapid.Bool().Draw(t, "nested") {
		inner := drawParcel(t, depth-1)
		p.ByName = map[string]*parcel{"inner": &inner, "none": nil}
	}
	return p
}
