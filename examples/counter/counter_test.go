package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/runtimetest"
)

func TestCounter_Adds(t *testing.T) {
	c := &counter{n: 40}
	d := runtimetest.Drive(runtimetest.New(t), c)
	n, err := runtimetest.Call(d, Add{By: 2})
	require.NoError(t, err)
	require.Equal(t, 42, n)
	require.Equal(t, 42, c.n)
}
