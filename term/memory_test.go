package term_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// One struct field or array element that is a pointer makes a type that an
// interface holds directly; which types do has changed between Go versions.
func TestMemory_InterfacesAreLaidOutAsAssumed(t *testing.T) {
	type wrapped struct{ P *int }
	type padded struct {
		_ [0]func()
		P *int
	}
	n := 5
	for _, v := range []any{
		5, "text", []int{1}, [1]int{1}, struct{}{}, [0]int{}, point{1, 2}, any(1.5), map[string]int{"a": 1}, &n, wrapped{&n},
		padded{P: &n}, [1]*int{&n}, [1]map[int]int{{1: 2}}, struct{ M map[int]int }{map[int]int{1: 2}},
	} {
		require.Equal(t, v, term.Rebox(v))
		require.Equal(t, v, term.Rebox(reflect.ValueOf(v).Interface()))
		if reflect.TypeOf(v).Kind() != reflect.Struct || reflect.TypeOf(v).NumField() < 2 {
			got, err := term.Isolate(v)
			require.NoError(t, err)
			require.Equal(t, v, got)
		}
	}
}
