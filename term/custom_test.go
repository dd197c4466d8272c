package term_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// other, otherSlice and so on stand for types of another package, which hide all.
type (
	other       struct{ m map[string]int }
	otherLocked struct {
		mu sync.Mutex //lint:ignore U1000 it is what makes the type unsendable
		n  int
	}
	otherSlice []chan int
	otherLate  struct{ c chan int } //lint:ignore U1000 it is what makes the type unsendable
	holdsOther struct {
		A other
		B []*otherLocked
		C map[string]other
		D *other
		E any
		F **otherLocked
	}
	holdsLate struct{ L *otherLate }
)

var otherCodec = term.Codec[other]{
	Append: func(dst []byte, v other) ([]byte, error) { return term.AppendEncode(term.AppendArrayLen(dst, 1), v.m) },
	Parse: func(r *term.Reader) (v other, err error) {
		if err = r.ExpectArray(1); err == nil {
			err = r.ReadInto(&v.m)
		}
		return v, err
	},
}

var cloned int

var lockedCodec = term.Codec[*otherLocked]{
	Append: func(dst []byte, v *otherLocked) ([]byte, error) { return term.AppendInt(dst, int64(v.n)), nil },
	Parse: func(r *term.Reader) (*otherLocked, error) {
		n, err := r.ReadInt()
		return &otherLocked{n: int(n)}, err
	},
	Clone: func(v *otherLocked) (*otherLocked, error) { cloned++; return &otherLocked{n: v.n}, nil },
}

func init() {
	term.MustRegisterCodec("test.other", otherCodec)
	term.MustRegisterCodec("test.locked", lockedCodec)
	term.MustRegister[holdsOther]("test.holdsOther")
}

func TestRegisterCodec_TypesOfOthersTravelAnywhere(t *testing.T) {
	locked := &otherLocked{n: 5}
	for _, v := range []any{
		other{map[string]int{"a": 1}}, &other{}, other{}, locked, (*otherLocked)(nil), []any{locked, other{}, (*otherLocked)(nil)},
		holdsOther{other{map[string]int{}}, []*otherLocked{locked, nil}, map[string]other{"a": {}}, &other{}, locked, &locked}, holdsOther{},
	} {
		got := acrossBoth(t, v)
		requireSame(t, v, got)
		requireNothingShared(t, v, got)
	}
	require.NotZero(t, cloned)
	decoded, err := term.Decode[*otherLocked](term.MustEncode(locked))
	require.NoError(t, err)
	require.Equal(t, locked, decoded)
	_, err = term.Isolate(otherLocked{})
	require.ErrorIs(t, err, term.ErrUnsendable, "the codec is for the pointer")
}

func TestRegisterCodec_WhatWasRefusedBeforeCanBeSentThen(t *testing.T) {
	for _, v := range []any{otherLate{}, &otherLate{}, holdsLate{}, []otherLate{}} {
		_, err := term.Isolate(v)
		require.ErrorIs(t, err, term.ErrUnsendable)
		require.ErrorContains(t, err, "term.RegisterCodec")
	}
	term.RefuseMessage[holdsLate]("not alone")
	require.NoError(t, term.RegisterCodec("test.late.codec", term.Codec[otherLate]{
		Append: func(dst []byte, _ otherLate) ([]byte, error) { return term.AppendBool(dst, true), nil },
		Parse: func(r *term.Reader) (otherLate, error) {
			_, err := r.ReadBool()
			return otherLate{}, err
		},
	}))
	for _, v := range []any{otherLate{}, &otherLate{}, []holdsLate{{&otherLate{}}}, []otherLate{{}}} {
		got, err := term.Isolate(v)
		require.NoError(t, err)
		require.Equal(t, v, got)
		_, err = term.Encode(v)
		require.NoError(t, err)
	}
	_, err := term.Isolate(holdsLate{})
	require.ErrorIs(t, err, term.ErrRefusedMessage)
}

func TestRegisterCodec_Errors(t *testing.T) {
	require.ErrorIs(t, term.RegisterCodec("test.other2", otherCodec), term.ErrTaken)
	require.ErrorIs(t, term.RegisterCodec("test.other", term.Codec[otherSlice]{
		Append: func(dst []byte, v otherSlice) ([]byte, error) { return dst, nil },
		Parse:  func(r *term.Reader) (otherSlice, error) { return nil, nil },
	}), term.ErrTaken)
	require.ErrorContains(t, term.RegisterCodec("test.none", term.Codec[otherSlice]{}), "needs Append and Parse")
	require.ErrorIs(t, term.RegisterCodec("test.point.codec", term.Codec[point]{
		Append: func(dst []byte, _ point) ([]byte, error) { return dst, nil },
		Parse:  func(*term.Reader) (point, error) { return point{}, nil },
	}), term.ErrTaken, "points have been sent")
	require.Panics(t, func() { term.MustRegisterCodec("test.other3", otherCodec) })

	require.NoError(t, term.RegisterCodec("test.otherSlice", term.Codec[otherSlice]{
		Append: func(dst []byte, v otherSlice) ([]byte, error) {
			switch len(v) {
			case 1:
				panic("slip")
			case 2:
				return dst, errOdd
			default:
				return dst, nil
			}
		},
		Parse: func(*term.Reader) (otherSlice, error) { panic("slip") },
		Clone: func(v otherSlice) (otherSlice, error) {
			if len(v) == 2 {
				return nil, errOdd
			}
			panic("slip")
		},
	}))
	for n, want := range map[int]error{1: term.ErrPanic, 2: errOdd} {
		_, err := term.Encode([]any{make(otherSlice, n)})
		require.ErrorIs(t, err, want)
		_, err = term.Isolate([]any{make(otherSlice, n)})
		require.ErrorIs(t, err, want)
	}
	_, err := term.Encode(make(otherSlice, 3))
	require.ErrorContains(t, err, "wrote something else than one MessagePack value")
	_, err = term.Decode[otherSlice]([]byte{1})
	require.ErrorIs(t, err, term.ErrPanic)
	requireSame(t, otherSlice(nil), acrossBoth(t, otherSlice(nil)))
}

func TestReader_ClaimHoldsParsersToTheLimits(t *testing.T) {
	r := term.NewReader(nil)
	require.NoError(t, r.Claim(term.DefaultMaxMemory))
	require.ErrorIs(t, r.Claim(1), term.ErrTooLarge)
	require.ErrorIs(t, r.Claim(-1), term.ErrRange)
}

func TestShare_IsPassedHereAndCopiedElsewhere(t *testing.T) {
	table := term.Share(map[string][]int{"a": {1}})
	require.NoError(t, term.Register[term.Shared[map[string][]int]]("test.sharedTable"))
	got, err := term.Isolate([]any{table})
	require.NoError(t, err)
	require.Equal(t, table, got.([]any)[0])
	got.([]any)[0].(term.Shared[map[string][]int]).Value()["b"] = nil // as nobody may
	require.Len(t, table.Value(), 2)
	remote, err := term.DecodeMessage(mustMessage(t, table))
	require.NoError(t, err)
	require.Equal(t, table.Value(), remote.(term.Shared[map[string][]int]).Value())

	var none term.Shared[map[string][]int]
	require.Nil(t, none.Value())
	remote, err = term.DecodeMessage(mustMessage(t, none))
	require.NoError(t, err)
	require.Nil(t, remote.(term.Shared[map[string][]int]).Value())

	hidden := term.Share(&otherLocked{n: 1})
	local, err := term.Isolate(struct{ S term.Shared[*otherLocked] }{hidden})
	require.NoError(t, err)
	require.Equal(t, hidden, local.(struct{ S term.Shared[*otherLocked] }).S)
	channel := term.Share(make(chan int))
	_, err = term.Isolate(channel)
	require.NoError(t, err)
	_, err = term.Encode(channel)
	require.ErrorIs(t, err, term.ErrUnsendable)
	require.ErrorIs(t, term.Register[term.Shared[chan int]]("test.sharedChan"), term.ErrUnsendable)
	require.ErrorContains(t, isolateErr(errors.New("x")), "term.CarryError")
}

func mustMessage(t *testing.T, v any) []byte {
	b, err := term.AppendMessage(nil, v)
	require.NoError(t, err)
	return b
}
