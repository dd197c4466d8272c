package runtime

import "iter"

// fewEntries is up to how many entries a table is a slice that is looked through,
// which for so few is as quick as a map and a fraction of its size.
const fewEntries = 8

// table is a small map: of the links, monitors, timers of one process. Most have
// none or a few entries, some have a hundred thousand. The zero table is empty. No
// key is the zero one.
//
// The entries of a large table stay in the order in which they came. Who tells a
// hundred thousand watchers finds them in memory as they were made, one after the
// other: that takes half the time of finding them in a map's order.
type table[K comparable, V any] struct {
	entries []entry[K, V]
	index   map[K]int // where in entries; nil until there were more than fewEntries
}

// entry is one of a table. What was removed from a large table leaves a zero entry.
type entry[K comparable, V any] struct {
	key   K
	value V
}

func (t *table[K, V]) len() int {
	if t.index != nil {
		return len(t.index)
	}
	return len(t.entries)
}

func (t *table[K, V]) get(k K) (v V, ok bool) {
	i, ok := t.find(k)
	if !ok {
		return v, false
	}
	return t.entries[i].value, true
}

func (t *table[K, V]) has(k K) bool {
	_, ok := t.find(k)
	return ok
}

func (t *table[K, V]) find(k K) (i int, ok bool) {
	if t.index != nil {
		i, ok = t.index[k]
		return i, ok
	}
	for i := range t.entries {
		if t.entries[i].key == k {
			return i, true
		}
	}
	return 0, false
}

// put sets the value of k.
func (t *table[K, V]) put(k K, v V) {
	if i, ok := t.find(k); ok {
		t.entries[i].value = v
		return
	}
	t.entries = append(t.entries, entry[K, V]{k, v})
	switch {
	case t.index != nil:
		t.index[k] = len(t.entries) - 1
	case len(t.entries) > fewEntries:
		t.makeIndex()
	}
}

func (t *table[K, V]) makeIndex() {
	t.index = make(map[K]int, 2*len(t.entries))
	for i := range t.entries {
		t.index[t.entries[i].key] = i
	}
}

// remove takes k out and returns its value.
func (t *table[K, V]) remove(k K) (v V, ok bool) {
	i, ok := t.find(k)
	if !ok {
		return v, false
	}
	v = t.entries[i].value
	if t.index != nil {
		t.entries[i] = entry[K, V]{}
		delete(t.index, k)
		t.shrink()
		return v, true
	}
	last := len(t.entries) - 1
	t.entries[i] = t.entries[last]
	t.entries[last] = entry[K, V]{}
	t.entries = t.entries[:last]
	return v, true
}

// shrink gives memory of a large table back when most of it has been removed.
func (t *table[K, V]) shrink() {
	switch {
	case len(t.index) == 0:
		*t = table[K, V]{}
	case len(t.entries) > 2*len(t.index)+fewEntries:
		left := make([]entry[K, V], 0, len(t.index))
		for k, v := range t.all() {
			left = append(left, entry[K, V]{k, v})
		}
		t.entries = left
		t.makeIndex()
	}
}

// shed gives the memory of an empty table back.
func (t *table[K, V]) shed() {
	if t.len() == 0 {
		*t = table[K, V]{}
	}
}

// all iterates over the entries. The table must not change meanwhile.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		var removed K
		for i := range t.entries {
			if e := &t.entries[i]; e.key != removed && !yield(e.key, e.value) {
				return
			}
		}
	}
}
