package main

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

func TestShop(t *testing.T) {
	node := runtimetest.New(t)
	_, err := genserver.StartLink(node.Probe(), &desk{}, genserver.Options{Name: "desk"})
	require.NoError(t, err)
	_, err = genserver.StartLink(node.Probe(), &stock{map[string]int{"pear": 2}}, genserver.Options{Name: "stock"})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	serve(node.Runtime, w, httptest.NewRequest("GET", "/?item=pear", nil))
	require.Equal(t, "one pear, 1 left\n", w.Body.String())
}

func TestStock_IsSoldOut(t *testing.T) {
	s := &stock{map[string]int{"pear": 1}}
	d := runtimetest.Drive(runtimetest.New(t), s)
	left, err := runtimetest.Call(d, Take{Item: "pear"})
	require.NoError(t, err)
	require.Zero(t, left)
	_, err = runtimetest.Call(d, Take{Item: "pear"})
	require.ErrorContains(t, err, "sold out")
}
