package worker_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func TestTally_WaitsForAllAndKeepsTheFirstError(t *testing.T) {
	tally := worker.NewTally(100)
	first := errors.New("first")
	tally.Done(first)
	for range 99 {
		go tally.Done(nil)
	}
	require.ErrorIs(t, tally.Wait(), first)
}

func TestTally_OneTooManyPanics(t *testing.T) {
	tally := worker.NewTally(1)
	tally.Done(nil)
	require.NoError(t, tally.Wait())
	require.Panics(t, func() { tally.Done(nil) })
}

func TestCount_ChecksNumberSumAndBytes(t *testing.T) {
	count := func(seqs ...int64) (c worker.Count) {
		for _, seq := range seqs {
			c.Add(seq, worker.Text)
		}
		return c
	}
	size := len(worker.Text)
	require.Equal(t, 16, size)
	require.NoError(t, count(1, 2, 3).Check(1, 3, size))
	require.NoError(t, count(1, 1, 2, 2).Check(2, 2, size))
	require.Error(t, count(1, 2).Check(1, 3, size), "one lost")
	require.Error(t, count(1, 2, 2).Check(1, 3, size), "one twice, one lost")
	require.Error(t, count(1, 2, 3).Check(1, 3, size+1), "texts too short")
}

func TestCount_ReportSurvivesTheWay(t *testing.T) {
	var c worker.Count
	c.Add(1, worker.Body64)
	c.Add(2, worker.Body64)
	require.NoError(t, worker.CheckReport(c.Report(), 2, 56))
	require.Error(t, worker.CheckReport(c.Report(), 3, 56))
	require.Error(t, worker.CheckReport("nonsense", 2, 56))
}

func TestBodies_FillTheMessageUp(t *testing.T) {
	require.Len(t, worker.Body64, 64-8)
	require.Len(t, worker.Body1K, 1024-8)
}

func TestSplit_DealsOutEveryLeafOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, size := rapid.IntRange(0, 1000).Draw(t, "first"), rapid.IntRange(1, 1000).Draw(t, "size")
		parts := worker.Split(first, size)
		require.LessOrEqual(t, len(parts), 10)
		next := first
		for _, part := range parts {
			require.Equal(t, next, part.First)
			require.Positive(t, part.Size)
			next += part.Size
		}
		require.Equal(t, first+size, next)
	})
}

func TestNames_AreDistinctAndTenMessagesEach(t *testing.T) {
	names := worker.Names(1000)
	require.Len(t, names, 100)
	distinct := map[string]bool{}
	for _, name := range names {
		distinct[name] = true
	}
	require.Len(t, distinct, 100)
}

func TestShuffle_IsTheSameEachTimeAndKeepsAll(t *testing.T) {
	made, once, twice := worker.Names(1000), worker.Names(1000), worker.Names(1000)
	worker.Shuffle(once)
	worker.Shuffle(twice)
	require.Equal(t, once, twice)
	require.NotEqual(t, made, once)
	require.ElementsMatch(t, made, once)
}

func TestWithLatencies_TakesPercentilesOfTheSorted(t *testing.T) {
	var each []time.Duration
	for i := 100; i > 0; i-- {
		each = append(each, time.Duration(i))
	}
	result := worker.Result{N: 100}.WithLatencies(each)
	require.Equal(t, time.Duration(50), result.P50)
	require.Equal(t, time.Duration(99), result.P99)

	one := worker.Result{N: 1}.WithLatencies([]time.Duration{7})
	require.Equal(t, time.Duration(7), one.P50)
	require.Equal(t, time.Duration(7), one.P99)
	require.Zero(t, worker.Result{}.WithLatencies(nil).P99)
}

func TestMeter_CountsTimeAndAllocations(t *testing.T) {
	meter := worker.Start()
	sink = make([]*int64, 100)
	for i := range sink {
		sink[i] = new(int64)
	}
	result := meter.Stop(100)
	require.Equal(t, 100, result.N)
	require.GreaterOrEqual(t, result.Allocs, int64(100))
	require.Positive(t, result.Elapsed)
}

// sink keeps what the test allocates from being optimized away.
var sink []*int64

func TestNodeArgs_WantsTwoNumbers(t *testing.T) {
	receivers, n, err := worker.NodeArgs([]string{"16", "1000"})
	require.NoError(t, err)
	require.Equal(t, 16, receivers)
	require.Equal(t, 1000, n)
	for _, args := range [][]string{nil, {"1"}, {"one", "2"}, {"1", "two"}} {
		_, _, err := worker.NodeArgs(args)
		require.Error(t, err, "%q", args)
	}
}

func TestPortion_SharesOutAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, callers := rapid.IntRange(0, 1000).Draw(t, "n"), rapid.IntRange(1, 64).Draw(t, "callers")
		sum := 0
		for i := range callers {
			sum += worker.Portion(n, callers, i)
		}
		require.Equal(t, n, sum)
	})
}

func TestResult_WithoutWaitingIsNeverLonger(t *testing.T) {
	r := worker.Result{Elapsed: 3 * time.Second}
	require.Equal(t, time.Second, r.Without(2*time.Second).Elapsed)
	require.Equal(t, 3*time.Second, r.Without(-time.Second).Elapsed)
}
