package directorytest

import (
	"context"
	"testing"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Engine is one engine, with a driver for it, that a test has for itself.
type Engine interface {
	// Client returns another client, with a line of its own to the engine. Both end
	// with the test.
	Client(t *testing.T) (directory.Directory, Line)
	// Compact makes the engine forget all changes so far.
	Compact(t *testing.T)
	// Restart stops the engine and starts it again, with what it knew.
	Restart(t *testing.T)
}

// Line is the way between a client and its engine.
type Line interface {
	// Cut stops everything from now on. What was under way may arrive after Heal, or
	// never.
	Cut()
	// Mute lets requests through and keeps answers from coming back.
	Mute()
	// Heal ends what Cut or Mute began.
	Heal()
}

// Config says how to run the suite.
type Config struct {
	// Start starts an engine that ends with the test.
	Start func(t *testing.T) Engine
	// Within runs a test, for one in a bubble. nil: as it is.
	Within func(t *testing.T, test func(t *testing.T))
}

// TTL is the life of the sessions in the suite.
const TTL = directory.MinTTL

// waitLimit bounds what must happen some time: only a test that fails waits for it.
const waitLimit = 30 * time.Second

// suite is one test with its engine.
type suite struct {
	t      *testing.T
	engine Engine
}

// Run runs the suite.
func Run(t *testing.T, cfg Config) {
	within := cfg.Within
	if within == nil {
		within = func(t *testing.T, test func(t *testing.T)) { test(t) }
	}
	for _, c := range []struct {
		name string
		test func(suite)
	}{
		{"ClaimRace", suite.claimRace},
		{"ClaimEachKeyByItself", suite.claimEachKeyByItself},
		{"ClaimMany", suite.claimMany},
		{"ReplaceComparesFence", suite.replaceComparesFence},
		{"ReleaseComparesFence", suite.releaseComparesFence},
		{"CloseFreesAll", suite.closeFreesAll},
		{"ExpiryNeverEarly", suite.expiryNeverEarly},
		{"RenewedLivesOn", suite.renewedLivesOn},
		{"LostIsFinal", suite.lostIsFinal},
		{"UnknownClaimIsSettled", suite.unknownClaimIsSettled},
		{"LateClaimHasNoEffect", suite.lateClaimHasNoEffect},
		{"ClaimsGoOnAfterSettle", suite.claimsGoOnAfterSettle},
		{"ListIsAtItsRevision", suite.listIsAtItsRevision},
		{"WatchHasNoGaps", suite.watchHasNoGaps},
		{"WatchGetsOverALostLine", suite.watchGetsOverALostLine},
		{"WatchTellsOfCompaction", suite.watchTellsOfCompaction},
		{"WatchTellsOfExpiry", suite.watchTellsOfExpiry},
		{"RestartKeepsKeysAndFences", suite.restartKeepsKeysAndFences},
	} {
		t.Run(c.name, func(t *testing.T) {
			within(t, func(t *testing.T) { c.test(suite{t, cfg.Start(t)}) })
		})
	}
}

func (s suite) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	s.t.Cleanup(cancel)
	return ctx
}
