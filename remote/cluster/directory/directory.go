package directory

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Fence is the number of a claim. It grows with every claim of a key, over all owners
// and restarts. 0 is the fence of no claim.
type Fence uint64

// Revision is a point in the history of a directory.
type Revision uint64

// SessionID names a session, in the engine's own form.
type SessionID string

// MinTTL is the shortest life of a session. Source: etcd, whose shortest lease is
// 2 s with the default election timeout.
const MinTTL = 2 * time.Second

// Entry is a key that is held.
type Entry struct {
	Key   string
	Value []byte
	Fence Fence
	Owner SessionID
}

// Claim is the wish to hold a key.
type Claim struct {
	Key   string
	Value []byte
	// Replace is the fence of the caller's own claim of the key that this one takes
	// the place of, with a new value and a new fence. 0: the key must be free.
	Replace Fence
}

// Event is a change of one key.
type Event struct {
	// Entry is the entry as it is now. If the key was freed it has the key only.
	Entry Entry
	// Freed tells that nobody holds the key any more.
	Freed bool
}

// Batch is what a watch brings at once: all changes of one or more revisions, in order.
// A batch without events says that nothing has changed up to its revision.
type Batch struct {
	Revision Revision
	Events   []Event
}

// The errors by which callers branch, with errors.Is.
var (
	// ErrNotFound tells that nobody holds the key.
	ErrNotFound = errors.New("directory: key is held by nobody")
	// ErrCompacted tells that changes after the revision are not kept any more: List
	// again. Trying again with the same revision does not help.
	ErrCompacted = errors.New("directory: revision is compacted")
	// ErrSessionLost tells that the session has ended. It is final: the engine has
	// said so.
	ErrSessionLost = errors.New("directory: session has ended")
	// ErrUnknown tells that no answer came: what was asked for may have been done, or
	// may be done yet. See [Session.Settle].
	ErrUnknown = errors.New("directory: outcome is unknown")
)

// Directory is a store of keys that belong to sessions. All goroutines may share it.
// Every call ends when its ctx does.
type Directory interface {
	// Open opens a session. If its outcome is unknown the session, if there is one,
	// ends by itself.
	Open(ctx context.Context, ttl time.Duration) (Session, error)
	// Get returns the entry of a key, or ErrNotFound.
	Get(ctx context.Context, key string) (Entry, error)
	// List returns the entries whose keys begin with prefix, in order of their keys,
	// and the revision at which they were so.
	List(ctx context.Context, prefix string) ([]Entry, Revision, error)
	// Watch brings the changes after a revision of the keys that begin with prefix,
	// until ctx ends or the caller stops. It gets over lost connections by itself.
	// After an error nothing follows.
	Watch(ctx context.Context, prefix string, after Revision) iter.Seq2[Batch, error]
}

// Session holds keys for as long as it is renewed. All goroutines may share it.
type Session interface {
	ID() SessionID
	// Renew makes one try to renew, and returns the life that the session has from
	// the moment when the engine handled it. ErrSessionLost is final; any other error
	// says nothing.
	Renew(ctx context.Context) (time.Duration, error)
	// Claim claims keys, each by itself, and returns for each who holds it now: maybe
	// this session. It returns ErrSessionLost, or an error that is ErrUnknown: then
	// all, some or none of the keys are claimed, or will be.
	Claim(ctx context.Context, claims ...Claim) ([]Entry, error)
	// Settle puts an end to what is unknown: once it has returned nil, no earlier
	// Claim of this session that ended with ErrUnknown has an effect any more, and
	// who holds the keys can be read. Claims that are under way end as ErrUnknown.
	Settle(ctx context.Context) error
	// Release frees those of the entries that this session holds with that very
	// fence. Others are left alone.
	Release(ctx context.Context, entries ...Entry) error
	// Close ends the session: all its keys are free at once.
	Close(ctx context.Context) error
}
