package reply_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/internal/reply"
)

var errWrong = errors.New("wrong")

func TestAs_NilIsOfTypesThatCanBeNilOrHaveNoFields(t *testing.T) {
	for _, err := range []error{try[any](nil), try[[]int](nil), try[map[int]int](nil), try[*int](nil), try[error](nil), try[struct{}](nil), try[int](1)} {
		require.NoError(t, err)
	}
	require.EqualError(t, try[int](nil), "wrong: got <nil>, want int")
	require.EqualError(t, try[string](1), "wrong: got int, want string")
	require.EqualError(t, try[error](1), "wrong: got int, want error")
}

func try[T any](v any) error {
	_, err := reply.As[T](v, errWrong)
	return err
}
