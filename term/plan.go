package term

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// plan is what the package has decided about one Go type, once: how its values
// are encoded, decoded and copied, and what may be done with them at all. A plan
// that is published is never changed, but for the atomics that registration sets.
type plan struct {
	typ         reflect.Type
	word        typeWord
	pointerWord typeWord // of the pointer type to it
	direct      bool     // an interface holds the value itself: see heldDirectly
	elem        *plan    // what a pointer points to

	encode func(dst []byte, src address, left encodeBudget) ([]byte, error)
	decode func(r *Reader, dst address) error              // *dst is zero
	copy   func(dst, src address, left encodeBudget) error // dst is anything but src itself
	isZero func(a address) bool                            // what omitempty asks: nothing is lost with the value

	coding    selfCoding // how the type writes its own form, if it does
	immutable bool       // its values may be shared, whatever they refer to

	parts  []part   // the types that it consists of
	noWire *refusal // why no value can be encoded or decoded
	noCopy *refusal // why no value can be copied

	// What follows says how a value is copied. It is known once the plan is
	// settled, which no plan is before all refusals are known.
	settled bool
	settle  func(*compiler) // decides it for a type that consists of others by value; may be nil
	plain   bool            // a copy of the memory is an isolated value
	skips   bool            // some of the memory must not even be read: fields tagged "-"
	// tidy reports that a value is already as it would arrive, though others of
	// its type are not: a struct whose slices and pointers are nil. It may be nil.
	tidy func(a address, left encodeBudget) bool

	asIs    atomic.Bool              // a value that is sent arrives as it is
	wire    atomic.Pointer[wireForm] // how it travels with its type; nil: it cannot
	refused atomic.Pointer[string]   // why it may not be a message

	ours    bool        // it is of this package, and so is its Parser
	foreign foreignCost // of what msgpack/v5 decodes; for msgpackCoding
	custom  *codec      // for customCoding
}

// part is a type that another one consists of, and the step of a path to it.
type part struct {
	step string
	plan *plan
}

// plans has a plan for each type seen. One table serves the whole program, and
// all nodes in it: what a type is made of is the program's, not a node's.
var plans struct {
	table atomic.Pointer[planTable]
	mu    sync.Mutex // held while plans are compiled and published
}

func init() {
	plans.table.Store(newPlanTable(1024))
	registerBuiltins()
	registerStandardErrors()
}

// planOf returns the plan of v's type; v is not nil.
func planOf(v any) *plan {
	if p := plans.table.Load().get(wordOf(v)); p != nil {
		return p
	}
	return planFor(reflect.TypeOf(v))
}

// planFor returns the plan of t and compiles it if it must.
func planFor(t reflect.Type) *plan {
	plans.mu.Lock()
	defer plans.mu.Unlock()
	c := compiler{fresh: map[reflect.Type]*plan{}}
	p := c.plan(t)
	c.publish()
	return p
}

// compiler compiles a type and all that it consists of.
type compiler struct {
	fresh map[reflect.Type]*plan // begun, not published: types may contain themselves
	order []*plan
}

// plan returns the plan of t, which may still be in the making.
func (c *compiler) plan(t reflect.Type) *plan {
	word := typeWordOf(t)
	if p := plans.table.Load().get(word); p != nil {
		return p
	}
	if p := c.fresh[t]; p != nil {
		return p
	}
	p := &plan{typ: t, word: word, pointerWord: typeWordOf(reflect.PointerTo(t)), direct: heldDirectly(t)}
	c.fresh[t] = p
	c.order = append(c.order, p)
	c.compile(p)
	if isImmutable(t) {
		p.immutable, p.noCopy, p.settle = true, nil, nil
		p.copyMemory()
	}
	return p
}

func (c *compiler) compile(p *plan) {
	if c.selfCoded(p) {
		return
	}
	switch p.typ.Kind() {
	case reflect.Pointer:
		c.pointer(p)
	case reflect.Interface:
		c.iface(p)
	case reflect.Slice:
		c.slice(p)
	case reflect.Array:
		c.array(p)
	case reflect.Map:
		c.mapping(p)
	case reflect.Struct:
		c.structure(p)
	default:
		scalar(p)
	}
}

// publish decides what depends on all that a type consists of and makes the plans
// known. Types may contain themselves, so nothing of it is decided earlier: first
// which types are refused, for the whole graph, then how the others are copied.
func (c *compiler) publish() {
	c.spreadRefusals()
	table := plans.table.Load()
	for _, p := range c.order {
		c.settle(p)
		p.asIs.Store(p.plain)
		table = table.add(p)
	}
	plans.table.Store(table)
}

// settle decides how values of p's type are copied. What a type contains by value
// is settled first; no type contains itself so.
func (c *compiler) settle(p *plan) {
	if p.settled {
		return
	}
	p.settled = true
	p.obeyRefusals()
	if p.settle != nil && p.noCopy == nil {
		p.settle(c)
	}
	p.settle = nil
}

// copyMemory says that a copy of the memory is an isolated value.
func (p *plan) copyMemory() {
	p.plain = true
	p.copy = func(dst, src address, _ encodeBudget) error {
		dst.value(p).Set(src.value(p))
		return nil
	}
}
