package text_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

type point struct {
	X, y int
	Name string
	next *point
}

type ruined struct{}

func (*ruined) Error() string { panic("no text") }

type strict struct{ text string }

func (s *strict) Error() string { return s.text }

func TestOf_PrintsAsFmtDoes(t *testing.T) {
	for _, v := range []any{
		nil, 1, "a b", 1.5, true, []int{1, 2}, [2]string{"a", "b"}, map[string]int{"b": 1, "a": 2}, struct{}{},
		point{1, 2, "n", nil}, &point{1, 2, "n", nil}, []any{1, "x", nil}, errors.New("boom"), struct{ Err error }{errors.New("in")},
		map[string][]int{"a": {1}}, (*point)(nil), []byte("ab"), uint8(3), complex(1, 2),
	} {
		require.Equal(t, fmt.Sprintf("%+v", v), text.Of(v, text.MaxReportBytes))
	}
}

func TestOf_IsBounded(t *testing.T) {
	self := map[string]any{}
	self["self"] = self
	list := []any{nil}
	list[0] = list
	deep := any(1)
	for range 10_000 {
		deep = []any{deep}
	}
	many := make(map[int]string)
	for i := range 100_000 {
		many[i] = strings.Repeat("x", 10)
	}
	for _, v := range []any{self, &self, list, deep, many, strings.Repeat("ä", 1<<20), errors.New(strings.Repeat("x", 1<<20)), make([]point, 1<<20)} {
		require.LessOrEqual(t, len(text.Of(v, 100)), 100+len("…"))
		require.LessOrEqual(t, len(text.Types(v, 100)), 100+len("…"))
	}
	require.Equal(t, "map[self:map[self:map[self:map[self:map[self:map[self:…]]]]]]", text.Of(self, text.MaxReportBytes))
}

func TestOf_SurvivesTheTextOfOthers(t *testing.T) {
	require.Equal(t, "*text_test.ruined (its text: panic)", text.Of(&ruined{}, 100))
	require.Contains(t, text.Of([]any{&ruined{}}, 100), "its text: panic")
}

func TestError_TypedNilSaysWhatItIs(t *testing.T) {
	require.Equal(t, "a nil *text_test.strict was", text.Error((*strict)(nil), 27)[:27])
	require.Equal(t, "boom", text.Error(&strict{"boom"}, 100))
}

func TestTypes_ShowsNoValue(t *testing.T) {
	type vault struct {
		Password string
		Keys     map[string][]byte
		log      []string
		owner    *point
		any      any
	}
	v := &vault{Password: "secret", Keys: map[string][]byte{"secret": []byte("secret")}, log: []string{"secret"},
		owner: &point{Name: "secret"}, any: "secret"}
	got := text.Types(v, text.MaxStateBytes)
	require.Equal(t, "&text_test.vault{Password:string Keys:map[string][]uint8(1) log:[]string(1) owner:*text_test.point any:string}", got)
}
