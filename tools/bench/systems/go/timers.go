package main

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// timers starts n timers, stops every second one, and waits until the functions of the
// others have run.
func timers(n int) (worker.Result, error) {
	stopped := make([]*time.Timer, 0, n/2)
	rung := worker.NewTally(n / 2)
	var sum atomic.Int64
	delay := worker.TimerDelay(n)
	meter := worker.Start()
	for seq := int64(1); seq <= int64(n/2); seq++ {
		time.AfterFunc(delay, func() {
			sum.Add(seq)
			rung.Done(nil)
		})
		stopped = append(stopped, time.AfterFunc(worker.Never, func() { sum.Add(-seq) }))
	}
	due := time.Now().Add(delay)
	for _, timer := range stopped {
		if !timer.Stop() {
			return worker.Result{}, errors.New("a timer does not run that is due in an hour")
		}
	}
	free := time.Now()
	if err := rung.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n).Without(due.Sub(free))
	half := int64(n / 2)
	return result, worker.Equal("sum of the timers", sum.Load(), half*(half+1)/2)
}
