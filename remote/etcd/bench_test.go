package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

const (
	benchTTL   = time.Minute // no session is to be renewed meanwhile
	benchBatch = 100
	benchKeys  = 10_000 // a session's keys, before the next one
)

// BenchmarkClaim has one session after another claim keys of three servers.
func BenchmarkClaim(b *testing.B) {
	for _, way := range []struct {
		name             string
		claimers, atOnce int
	}{
		{"single", 1, 1}, {"single-of-32-at-a-time", 32, 1}, {"batch-of-100", 1, benchBatch}, {"batch-of-100-4-at-a-time", 4, benchBatch},
	} {
		b.Run(way.name, func(b *testing.B) {
			servers := etcdtest.Start(b, 3)
			d, err := etcd.New(etcd.Config{Endpoints: servers.Endpoints()})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			c := new(claimer)
			b.ResetTimer()
			for done := 0; done < b.N; done += benchKeys {
				b.StopTimer() // the session begins and ends, which with so many keys takes a while
				s, err := d.Open(b.Context(), benchTTL)
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				err = c.round(b.Context(), s, min(b.N-done, benchKeys), way.claimers, way.atOnce)
				b.StopTimer()
				if err := errors.Join(err, s.Close(b.Context())); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "claims/s")
		})
	}
}

// claimer claims keys that nobody has.
type claimer struct{ fresh atomic.Int64 }

// round claims n keys.
func (c *claimer) round(ctx context.Context, s directory.Session, n, claimers, atOnce int) error {
	var left atomic.Int64
	left.Store(int64(n))
	errs := make(chan error, claimers)
	var wg sync.WaitGroup
	for range claimers {
		wg.Go(func() { // ends when all is claimed
			for {
				some := min(left.Add(-int64(atOnce))+int64(atOnce), int64(atOnce))
				if some <= 0 {
					return
				}
				if err := c.claim(ctx, s, int(some)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

func (c *claimer) claim(ctx context.Context, s directory.Session, n int) error {
	claims := make([]directory.Claim, n)
	for i := range claims {
		claims[i] = directory.Claim{Key: fmt.Sprint("/bench/", c.fresh.Add(1)), Value: []byte("<n0@test.17.12345678>")}
	}
	got, err := s.Claim(ctx, claims...)
	if err != nil {
		return err
	}
	for _, e := range got {
		if e.Owner != s.ID() {
			return fmt.Errorf("%s is of %s", e.Key, e.Owner)
		}
	}
	return nil
}
