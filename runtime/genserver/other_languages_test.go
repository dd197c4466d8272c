package genserver_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// named is a value as a peer in another language sends it: a name, and a map.
func named(t *testing.T, name string, fields map[string]any) term.Raw {
	body, err := term.Encode(fields)
	require.NoError(t, err)
	raw, err := term.NewRaw(name, body)
	require.NoError(t, err)
	return raw
}

// seen returns what a peer in another language sees of a value: its name and its fields.
func seen(t *testing.T, v any) (name string, fields map[string]any) {
	b, err := term.AppendMessage(nil, v)
	require.NoError(t, err)
	raw, err := term.Decode[term.Raw](b)
	require.NoError(t, err)
	fields, err = term.Decode[map[string]any](raw.Body())
	require.NoError(t, err)
	return raw.Name(), fields
}

// What remote/OTHER-LANGUAGES.md says of calls: only the time that is left counts, whatever
// else a peer sends, and however hostile that is.
func TestOtherLanguages_DeadlinesOfCalls(t *testing.T) {
	const short = 2 * time.Second // an int may have 32 bits
	past, future := time.Unix(0, 0), time.Now().Add(1000*time.Hour)
	for name, c := range map[string]struct {
		fields map[string]any
		want   time.Duration // 0: none
		over   bool
	}{
		"left":               {map[string]any{"Value": 1, "Left": int(short)}, short, false},
		"none":               {map[string]any{"Value": 1}, 0, false},
		"zero":               {map[string]any{"Value": 1, "Left": 0}, 0, false},
		"over":               {map[string]any{"Value": 1, "Left": -1}, -1, true},
		"of another clock":   {map[string]any{"Value": 1, "Left": 0, "Deadline": past}, 0, false},
		"of a faster clock":  {map[string]any{"Value": 1, "Left": int(short), "Deadline": future}, short, false},
		"as long as can be":  {map[string]any{"Value": 1, "Left": math.MaxInt}, math.MaxInt, false},
		"as short as can be": {map[string]any{"Value": 1, "Left": math.MinInt}, math.MinInt, true},
	} {
		t.Run(name, func(t *testing.T) {
			twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
				began := time.Now()
				p := startFar(t, far, &script{call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
					deadline, bounded := c.Deadline()
					require.Equal(t, c.Err() != nil, bounded && !deadline.After(time.Now()))
					if !bounded {
						return time.Duration(0), nil
					}
					return deadline.Sub(began), nil // which has bounds itself
				}}, genserver.Options{})
				left, err := runtime.Call[time.Duration](ctx, p, named(t, "genserver.Request", c.fields))
				require.NoError(t, err)
				require.Equal(t, c.want, left)
			})
		})
	}
}

// What it says of the answers, and of casts.
func TestOtherLanguages_AnswersAndCasts(t *testing.T) {
	twoNodes(t, func(t *testing.T, ctx *runtime.Context, far *runtime.Runtime) {
		casts := make(chan any, 2)
		p := startFar(t, far, &script{
			call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) {
				switch req {
				case "fail":
					return nil, errors.New("oh no")
				case "unsendable":
					return func() {}, nil
				case "panic":
					panic("gone")
				case "reply":
					return 7, nil
				}
				return nil, genserver.ErrUnhandled
			},
			cast: func(_ *genserver.Context, msg any) error { casts <- msg; return nil },
			info: func(_ *genserver.Context, msg any) error { casts <- msg; return nil },
		}, genserver.Options{})
		require.NoError(t, ctx.Send(p, named(t, "genserver.Cast", map[string]any{"Value": "a cast"})))
		require.NoError(t, ctx.Send(p, "an info"))
		require.Equal(t, "a cast", <-casts)
		require.Equal(t, "an info", <-casts)
		reply, err := runtime.Call[any](ctx, p, "reply")
		require.NoError(t, err)
		require.EqualValues(t, 7, reply)
		for req, control := range map[string]int{"fail": 0, "no such request": 1, "unsendable": 2} {
			answer, err := runtime.Call[any](ctx, p, req)
			require.NoError(t, err, "it is a reply frame")
			name, fields := seen(t, answer)
			require.Equal(t, "genserver.Failure", name, req)
			require.EqualValues(t, control, fields["Control"], req)
			require.Contains(t, fields, "Error", req)
			require.Len(t, fields, 2)
		}
		_, err = runtime.Call[any](ctx, p, "panic")
		require.ErrorContains(t, err, "panic: gone", "it is a down, with the reason")
		_, err = runtime.CallNamed[any](ctx, pid.Name{Name: "nobody", Node: "far@test"}, 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}
