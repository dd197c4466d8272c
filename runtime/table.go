package runtime

import "iter"

// fewEntries is up to how many entries a table is a slice that is looked through,
// which for so few is as quick as a map and a fraction of its size.
const fewEntries = 8

// table is a small map: of the links, monitors, timers of one process. Most have
// none or a few entries, some have a hundred thousand. The zero table is empty.
type table[K comparable, V any] struct {
	few  []entry[K, V]
	many map[K]V // used instead of few once there were more than fewEntries
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func (t *table[K, V]) len() int { return len(t.few) + len(t.many) }

func (t *table[K, V]) get(k K) (v V, ok bool) {
	if t.many != nil {
		v, ok = t.many[k]
		return v, ok
	}
	if i := t.find(k); i >= 0 {
		return t.few[i].value, true
	}
	return v, false
}

func (t *table[K, V]) has(k K) bool {
	_, ok := t.get(k)
	return ok
}

func (t *table[K, V]) find(k K) int {
	for i := range t.few {
		if t.few[i].key == k {
			return i
		}
	}
	return -1
}

// put sets the value of k.
func (t *table[K, V]) put(k K, v V) {
	if t.many != nil {
		t.many[k] = v
		return
	}
	if i := t.find(k); i >= 0 {
		t.few[i].value = v
		return
	}
	if len(t.few) < fewEntries {
		t.few = append(t.few, entry[K, V]{k, v})
		return
	}
	t.many = make(map[K]V, 2*fewEntries)
	for _, e := range t.few {
		t.many[e.key] = e.value
	}
	t.many[k] = v
	t.few = nil
}

// remove takes k out and returns its value.
func (t *table[K, V]) remove(k K) (v V, ok bool) {
	if t.many != nil {
		v, ok = t.many[k]
		if ok {
			delete(t.many, k)
			t.shrink()
		}
		return v, ok
	}
	i := t.find(k)
	if i < 0 {
		return v, false
	}
	v = t.few[i].value
	last := len(t.few) - 1
	t.few[i] = t.few[last]
	t.few[last] = entry[K, V]{}
	t.few = t.few[:last]
	return v, true
}

// shrink gives the memory of a map that has become empty back.
func (t *table[K, V]) shrink() {
	if len(t.many) == 0 {
		t.many = nil
	}
}

// shed gives the memory of an empty table back.
func (t *table[K, V]) shed() {
	if t.len() == 0 {
		*t = table[K, V]{}
	}
}

// all iterates over the entries, in no order. The table must not change meanwhile.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, e := range t.few {
			if !yield(e.key, e.value) {
				return
			}
		}
		for k, v := range t.many {
			if !yield(k, v) {
				return
			}
		}
	}
}
