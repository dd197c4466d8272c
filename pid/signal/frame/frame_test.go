package frame_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

func TestCut_TakesWholeFramesOnly(t *testing.T) {
	stream := frame.End(term.AppendUint(frame.Begin(nil, 32, 1), 7), 0)
	second := len(stream)
	stream = frame.End(frame.Begin(stream, 35, 0), second)
	for n := range second {
		_, size, err := frame.Cut(stream[:n], frame.MaxBytes)
		require.NoError(t, err)
		require.Zero(t, size)
	}
	body, size, err := frame.Cut(stream, frame.MaxBytes)
	require.NoError(t, err)
	require.Equal(t, second, size)
	require.Equal(t, []byte{frame.Head(1), 32, 7}, body)
	body, size, err = frame.Cut(stream[second:], frame.MaxBytes)
	require.NoError(t, err)
	require.Equal(t, len(stream)-second, size)
	require.Equal(t, []byte{frame.Head(0), 35}, body)
}

func TestCut_RefusesALengthAsSoonAsItIsKnown(t *testing.T) {
	for _, b := range [][]byte{{0, 0, 0, 0}, {0, 0, 0, 11}, {255, 255, 255, 255}} {
		_, _, err := frame.Cut(b, 10)
		require.Error(t, err)
	}
}

func TestFields_KnowWhatIsLeft(t *testing.T) {
	var in frame.Fields
	require.NoError(t, in.Open([]byte{0x94, 32, 1, 2, 3}))
	require.Equal(t, uint64(32), in.Of)
	require.Error(t, in.Expect(4))
	require.NoError(t, in.Expect(1))
	var a, b uint64
	require.NoError(t, in.Uints(&a))
	require.True(t, in.Optional())
	require.NoError(t, in.Uints(&b))
	require.NoError(t, in.End(), "the third was not expected, and is skipped")
	require.Equal(t, []uint64{1, 2}, []uint64{a, b})
	require.False(t, (&frame.Fields{}).Optional())
}

func FuzzFields(f *testing.F) {
	f.Add([]byte{0x94, 32, 1, 2, 3})
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		var in frame.Fields
		if in.Open(body) != nil || in.Expect(1) != nil {
			return
		}
		value, err := in.Value()
		if err == nil {
			require.LessOrEqual(t, len(value), len(body))
			err = in.End()
		}
		if err == nil {
			require.Zero(t, in.Len())
		}
	})
}
