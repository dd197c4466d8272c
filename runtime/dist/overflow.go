package dist

import (
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// overflow are the messages of one peer that wait for room in full mailboxes. They wait
// there, in turn with local senders; what is kept here is who sent them: a signal of the
// same sender must come after them and must not wait, so it lets them in.
type overflow struct {
	used atomic.Int64 // how many messages there are

	mu sync.Mutex              // nothing else is locked while it is held
	of map[pair][]*waitingItem // guarded by mu; nil if nothing waits
}

// waitingItem is one message.
type waitingItem struct {
	message inlet.Waiting // nil until it is known
	over    bool          // it waits no more
}

// begin notes that a message is about to wait.
func (o *overflow) begin(between pair) *waitingItem {
	o.mu.Lock()
	defer o.mu.Unlock()
	item := &waitingItem{}
	o.used.Add(1)
	put(&o.of, between, append(o.of[between], item))
	return item
}

// set says which message it is.
func (o *overflow) set(item *waitingItem, message inlet.Waiting) {
	o.mu.Lock()
	defer o.mu.Unlock()
	item.message = message
}

// end notes that an item waits no more. It is called with locks of a mailbox held.
func (o *overflow) end(between pair, item *waitingItem) {
	o.mu.Lock()
	defer o.mu.Unlock()
	item.over = true
	o.used.Add(-1)
	list := o.of[between]
	for len(list) > 0 && list[0].over { // they end in order, but for those that are admitted
		list[0] = nil
		list = list[1:]
	}
	if len(list) > 0 {
		o.of[between] = list
	} else {
		remove(&o.of, between)
	}
}

// has reports whether messages of the pair wait.
func (o *overflow) has(between pair) bool {
	if o.used.Load() == 0 {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.of[between]) > 0
}

// admit lets all messages of the pair in that wait.
func (o *overflow) admit(between pair) {
	if o.used.Load() == 0 {
		return
	}
	for _, message := range o.takeAll(between) {
		message.Admit()
	}
}

func (o *overflow) takeAll(between pair) (all []inlet.Waiting) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list, _ := remove(&o.of, between)
	for _, item := range list {
		if item.message != nil && !item.over {
			all = append(all, item.message)
		}
	}
	return all
}
