// Package check fails tests. It is for the packages of this module that tests import:
// these must not bring a third-party module along.
package check

import (
	"cmp"
	"errors"
	"reflect"
	"testing"
	"time"
)

// NoError fails the test if there is an error.
func NoError(t testing.TB, err error, why ...string) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v %v", err, why)
	}
}

// ErrorIs fails the test unless err is target.
func ErrorIs(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error is %v, want %v", err, target)
	}
}

// Equal fails the test unless the values are deeply equal.
func Equal(t testing.TB, want, got any, why ...string) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("got %v, want %v %v", got, want, why)
	}
}

// True fails the test unless ok.
func True(t testing.TB, ok bool, why string) {
	t.Helper()
	if !ok {
		t.Fatal(why)
	}
}

// Greater fails the test unless a > b.
func Greater[T cmp.Ordered](t testing.TB, a, b T) {
	t.Helper()
	if a <= b {
		t.Fatalf("%v is not greater than %v", a, b)
	}
}

// AtLeast fails the test unless a >= b.
func AtLeast[T cmp.Ordered](t testing.TB, a, b T) {
	t.Helper()
	if a < b {
		t.Fatalf("%v is less than %v", a, b)
	}
}

// Eventually asks again and again until ok, for at most d.
func Eventually(t testing.TB, ok func() bool, d, tick time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); <-time.After(tick) {
		if time.Now().After(end) {
			t.Fatalf("not so within %v", d)
		}
	}
}
