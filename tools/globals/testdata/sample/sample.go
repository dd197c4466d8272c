// Package sample has a variable for each way to change one, and some that do not change.
package sample

import "sync"

type state struct{ n int }

func (s *state) set(n int) { s.n = n }

var (
	assigned = 1
	counted  = 1
	element  = []int{1}
	field    state
	deleted  = map[int]int{}
	cleared  = map[int]int{}
	address  = 1
	guarded  sync.Mutex
	named    = state{1}
	given    func()
	once     = sync.OnceValue(func() int { return 1 })

	table  = map[int]string{1: "one"}
	shadow = 1
)

func change() *int {
	assigned = 2
	counted++
	element[0] = 2
	field.n = 2
	delete(deleted, 1)
	clear(cleared)
	guarded.Lock()
	named.set(2)
	shadow := table[1]
	shadow = "two"
	_ = shadow
	return &address
}
