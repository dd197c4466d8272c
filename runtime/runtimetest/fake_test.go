package runtimetest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeTest is a test that is allowed to fail: what the kit says is kept.
type fakeTest struct {
	testing.TB
	ctx      context.Context
	cleanups []func()
	said     []string
	fatal    bool
}

func (f *fakeTest) Helper()                  {}
func (f *fakeTest) Name() string             { return "fake" }
func (f *fakeTest) Context() context.Context { return f.ctx }
func (f *fakeTest) Cleanup(c func())         { f.cleanups = append(f.cleanups, c) }

func (f *fakeTest) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

// failedNow is what Fatalf ends the test's function with.
type failedNow struct{}

func (f *fakeTest) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	f.fatal = true
	panic(failedNow{})
}

// try runs a test and returns what was said against it.
func try(t *testing.T, test func(f *fakeTest)) string {
	t.Helper()
	f := &fakeTest{TB: t, ctx: t.Context()}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(failedNow{}) {
				panic(r)
			}
		}()
		test(f)
	}()
	slices.Reverse(f.cleanups)
	for _, c := range f.cleanups {
		c()
	}
	return strings.Join(f.said, "\n")
}

// requireFails says that a test has failed, and with what.
func requireFails(t *testing.T, test func(f *fakeTest), says ...string) {
	t.Helper()
	said := try(t, test)
	for _, s := range says {
		require.Contains(t, said, s)
	}
}
