package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// batch is how many keys go into one transaction. etcd takes 128 operations if it is not
// told otherwise.
const batch = 100

// session is a lease.
type session struct {
	dir   *Directory
	lease clientv3.LeaseID
	// guard is a key whose value is the round of the claims that count. It is made by
	// the first Settle.
	guard string
	round atomic.Uint64 // publishes the round of new claims
}

func guardKey(l clientv3.LeaseID) string { return "/session/" + string(sessionID(l)) }

// roundValue has a fixed length, so that etcd's order of values is that of rounds.
func roundValue(round uint64) string { return fmt.Sprintf("%020d", round) }

func (s *session) ID() directory.SessionID { return sessionID(s.lease) }

func (s *session) Renew(ctx context.Context) (left time.Duration, err error) {
	err = s.dir.do(ctx, func(c *clientv3.Client) (err error) {
		left, err = keepAlive(ctx, c, s.lease)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("etcd: renew: %w", err)
	}
	return left, nil
}

func (s *session) Claim(ctx context.Context, claims ...directory.Claim) ([]directory.Entry, error) {
	held := make([]directory.Entry, 0, len(claims))
	for some := range slices.Chunk(claims, batch) {
		got, err := s.claim(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("etcd: claim: %w", err)
		}
		held = append(held, got...)
	}
	return held, nil
}

// errSettled is why a claim has no effect that Settle has overtaken.
var errSettled = errors.New("etcd: claim of an earlier round")

// claim makes claims in one transaction that decides each key by itself.
func (s *session) claim(ctx context.Context, claims []directory.Claim) ([]directory.Entry, error) {
	ops := make([]clientv3.Op, len(claims))
	for i, c := range claims {
		ops[i] = s.claimOp(c)
	}
	txn, err := s.txn(ctx, []clientv3.Cmp{s.ofRound(s.round.Load())}, ops, nil)
	switch {
	case err != nil:
		return nil, err
	case !txn.Succeeded:
		return nil, errors.Join(directory.ErrUnknown, errSettled)
	}
	held := make([]directory.Entry, len(claims))
	for i, r := range txn.Responses {
		held[i] = directory.Entry{Key: claims[i].Key}
		ops := r.GetResponseTxn().Responses
		if kvs := ops[len(ops)-1].GetResponseRange().Kvs; len(kvs) > 0 {
			held[i] = entryOf(kvs[0])
		}
	}
	return held, nil
}

// claimOp takes the key if it is free, or the session's own by that fence, and reads it.
func (s *session) claimOp(c directory.Claim) clientv3.Op {
	free := []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(c.Key), "=", int64(c.Replace))}
	if c.Replace != 0 {
		free = append(free, clientv3.Compare(clientv3.LeaseValue(c.Key), "=", s.lease))
	}
	take := clientv3.OpPut(c.Key, string(c.Value), clientv3.WithLease(s.lease))
	look := clientv3.OpGet(c.Key)
	return clientv3.OpTxn(free, []clientv3.Op{take, look}, []clientv3.Op{look})
}

// ofRound holds if no later round was begun.
func (s *session) ofRound(round uint64) clientv3.Cmp {
	if round == 0 {
		return clientv3.Compare(clientv3.CreateRevision(s.guard), "=", 0)
	}
	return clientv3.Compare(clientv3.Value(s.guard), "=", roundValue(round))
}

func (s *session) txn(ctx context.Context, ifs []clientv3.Cmp, then, otherwise []clientv3.Op) (txn *clientv3.TxnResponse, err error) {
	err = s.dir.do(ctx, func(c *clientv3.Client) (err error) {
		txn, err = c.Txn(ctx).If(ifs...).Then(then...).Else(otherwise...).Commit()
		return err
	})
	return txn, err
}

func (s *session) Settle(ctx context.Context) error {
	round := s.round.Add(1)
	begin := clientv3.OpPut(s.guard, roundValue(round), clientv3.WithLease(s.lease))
	first := []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(s.guard), "=", 0)}
	later := []clientv3.Cmp{clientv3.Compare(clientv3.Value(s.guard), "<", roundValue(round))}
	_, err := s.txn(ctx, first, []clientv3.Op{begin}, []clientv3.Op{clientv3.OpTxn(later, []clientv3.Op{begin}, nil)})
	if err != nil {
		return fmt.Errorf("etcd: settle: %w", err)
	}
	return nil
}

func (s *session) Release(ctx context.Context, entries ...directory.Entry) error {
	for some := range slices.Chunk(entries, batch) {
		ops := make([]clientv3.Op, len(some))
		for i, e := range some {
			ours := []clientv3.Cmp{
				clientv3.Compare(clientv3.ModRevision(e.Key), "=", int64(e.Fence)),
				clientv3.Compare(clientv3.LeaseValue(e.Key), "=", s.lease),
			}
			ops[i] = clientv3.OpTxn(ours, []clientv3.Op{clientv3.OpDelete(e.Key)}, nil)
		}
		if _, err := s.txn(ctx, nil, ops, nil); err != nil {
			return fmt.Errorf("etcd: release: %w", err)
		}
	}
	return nil
}

func (s *session) Close(ctx context.Context) error {
	err := s.dir.do(ctx, func(c *clientv3.Client) error {
		_, err := c.Revoke(ctx, s.lease)
		return err
	})
	if err != nil && !errors.Is(err, directory.ErrSessionLost) {
		return fmt.Errorf("etcd: close a session: %w", err)
	}
	return nil
}
