package bytype_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/internal/bytype"
)

func TestIndex_NumbersEveryTypeAndNoOther(t *testing.T) {
	var x bytype.Index
	require.Zero(t, x.Find(bytype.Of(1)), "an empty one has none")
	require.Zero(t, x.Find(bytype.Of(nil)))
	const many = 300
	ids := make([]bytype.ID, many)
	for i := range ids {
		ids[i] = bytype.OfType(reflect.ArrayOf(i, reflect.TypeFor[byte]()))
		require.Zero(t, x.Find(ids[i]))
		x.Add(ids[i])
		for j, id := range ids[:i+1] {
			require.Equal(t, j+1, x.Find(id))
		}
	}
	for i := range many {
		require.Zero(t, x.Find(bytype.OfType(reflect.ArrayOf(i, reflect.TypeFor[int]()))))
	}
	require.Zero(t, x.Find(bytype.Of(nil)))
}

func TestOf_TellsTypesApart(t *testing.T) {
	type mine int
	values := []any{nil, 1, mine(1), "1", new(int), new(mine), []int{1}, struct{}{}, [1]*int{}, func() {}, errors.New("1")}
	for i, v := range values {
		for j, other := range values {
			require.Equal(t, i == j, bytype.Of(v) == bytype.Of(other), "%T and %T", v, other)
		}
		if v != nil {
			require.Equal(t, bytype.Of(v), bytype.OfType(reflect.TypeOf(v)))
		}
	}
}
