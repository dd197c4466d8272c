package pid_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

func TestRef_WithWordsIsAValueOfItsOwn(t *testing.T) {
	node := mustNodeID(t, "a@host", 7)
	words := []byte{0, 1, 0xfe, '>', '.'}
	long, short := pid.NewLongRef(node, 5, words), pid.NewRef(node, 5)
	require.NotEqual(t, short, long)
	require.Equal(t, long, pid.NewLongRef(node, 5, bytes.Clone(words)))
	require.Equal(t, short, pid.NewLongRef(node, 5, nil))
	require.Equal(t, node, long.Node())
	require.Equal(t, uint32(7), long.Creation())
	require.Equal(t, string(words), long.Words())
	require.Negative(t, short.Compare(long))
	require.Positive(t, pid.NewLongRef(node, 6, words).Compare(long))
	require.Zero(t, long.Compare(pid.NewLongRef(node, 5, words)))
	require.Panics(t, func() { pid.NewLongRef(node, 5, make([]byte, pid.MaxRefWordsBytes+1)) })
}

func TestRef_WithWordsTravelsExactly(t *testing.T) {
	for _, name := range []string{"", "a@host"} {
		long := pid.NewLongRef(mustNodeID(t, name, 7), 5, []byte{0, 1, 0xfe})
		parsed, err := pid.ParseRef(long.String())
		require.NoError(t, err)
		require.Equal(t, long, parsed)

		wire, err := long.AppendTerm(nil)
		require.NoError(t, err)
		got, err := term.Decode[pid.Ref](wire)
		require.NoError(t, err)
		require.Equal(t, long, got)
	}
	require.Equal(t, "#Ref<a@host.5+0001fe.7>", pid.NewLongRef(mustNodeID(t, "a@host", 7), 5, []byte{0, 1, 0xfe}).String())
}

func TestRef_WordsHaveOneForm(t *testing.T) {
	for _, text := range []string{"#Ref<0.5+.7>", "#Ref<0.5+FF.7>", "#Ref<0.5+f.7>", "#Ref<0.+ff.7>"} {
		_, err := pid.ParseRef(text)
		require.ErrorIs(t, err, pid.ErrSyntax, text)
	}
	_, err := pid.ParsePID("<0.5+ff.7>")
	require.ErrorIs(t, err, pid.ErrSyntax)
	content := append(make([]byte, 12), 0) // a zero byte, and no words
	_, err = term.Decode[pid.Ref](append(term.AppendExtHeader(nil, term.ExtRef, len(content)), content...))
	require.ErrorIs(t, err, term.ErrMismatch)
	_, err = term.Decode[pid.PID](append(term.AppendExtHeader(nil, term.ExtPID, len(content)), content...))
	require.Error(t, err)
}

func mustNodeID(t *testing.T, name string, creation uint32) pid.NodeID {
	t.Helper()
	id, err := pid.NewNodeID(name, creation)
	require.NoError(t, err)
	return id
}
