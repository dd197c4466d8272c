package backoff_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/runtime/backoff"
)

func TestDelay_GrowsUpToTheBound(t *testing.T) {
	p := backoff.Policy{Initial: time.Second, Max: 10 * time.Second, Factor: 2}
	for n, want := range map[int]time.Duration{
		0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 8 * time.Second,
		5: 10 * time.Second, math.MaxInt: 10 * time.Second,
	} {
		require.Equal(t, want, p.Delay(n), n)
	}
}

func TestDelay_LeavesToChanceNoMoreThanItsJitter(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		p := backoff.Policy{
			Initial: time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(draw, "initial")),
			Max:     time.Duration(rapid.Int64Range(int64(time.Minute), int64(time.Hour)).Draw(draw, "max")),
			Factor:  rapid.Float64Range(1, 10).Draw(draw, "factor"),
			Jitter:  rapid.Float64Range(0, 1).Draw(draw, "jitter"),
		}
		sure := p
		sure.Jitter = 0
		n := rapid.IntRange(1, 100).Draw(draw, "n")
		d, most := p.Delay(n), sure.Delay(n)
		require.LessOrEqual(draw, d, most)
		require.GreaterOrEqual(draw, float64(d)+1, float64(most)*(1-p.Jitter))
	})
}
