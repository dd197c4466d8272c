package term

import "github.com/starlang-go/starlang/term/msgp"

// structPlan is the plan of a struct: a map from the names of its fields.
type structPlan struct {
	of     *plan
	fields []field
	header []byte         // of the map with all fields
	byName map[string]int // index into fields
	omits  bool           // some fields are left out when they are zero
	whole  bool           // all of the memory is copied at once
	deep   []int          // indexes of the fields that a copy of the memory does not isolate
}

func (c *compiler) structure(p *plan) {
	s := &structPlan{of: p, byName: map[string]int{}}
	fields, err := c.fields(p)
	if err != nil {
		p.noWire, p.noCopy = err, err
	}
	s.fields = fields
	s.header = msgp.AppendMapLen(nil, len(s.fields))
	for i := range s.fields {
		f := &s.fields[i]
		p.parts = append(p.parts, part{f.step, f.plan})
		s.byName[f.name] = i
		s.omits = s.omits || f.omitEmpty
	}
	p.encode, p.decode, p.copy, p.isZero, p.settle = s.encode, s.decode, s.copy, s.isZero, s.settle
}

// settle decides how the struct is copied, by how its fields are.
func (s *structPlan) settle(c *compiler) {
	tidy := true
	for i := range s.fields {
		f := s.fields[i].plan
		c.settle(f)
		s.of.skips = s.of.skips || f.skips
		if !f.plain {
			s.deep = append(s.deep, i)
			tidy = tidy && f.tidy != nil
		}
	}
	s.whole = !s.of.skips
	switch {
	case !s.whole: // a copy of the memory would have what is to stay behind
	case len(s.deep) == 0:
		s.of.copyMemory()
	case tidy:
		s.of.tidy = s.isTidy
	}
}

func (s *structPlan) encode(dst []byte, src address, left encodeBudget) ([]byte, error) {
	left, err := left.enter(dst)
	if err != nil {
		return dst, err
	}
	if s.omits {
		dst = msgp.AppendMapLen(dst, s.present(src))
	} else {
		dst = append(dst, s.header...)
	}
	for i := range s.fields {
		f := &s.fields[i]
		at := src.add(f.offset)
		if f.omitEmpty && f.plan.isZero(at) {
			continue
		}
		dst = append(dst, f.key...)
		if dst, err = f.plan.encode(dst, at, left); err != nil {
			return dst, inStep(err, f.step)
		}
	}
	return dst, nil
}

// present counts the fields that are not left out.
func (s *structPlan) present(src address) int {
	n := len(s.fields)
	for i := range s.fields {
		if f := &s.fields[i]; f.omitEmpty && f.plan.isZero(src.add(f.offset)) {
			n--
		}
	}
	return n
}

func (s *structPlan) decode(r *Reader, dst address) error {
	n, err := s.enter(r)
	if err != nil || n < 0 {
		return err
	}
	var seen fieldSet
	if len(s.fields) > 64 {
		seen.more = make([]uint64, len(s.fields)/64)
	}
	outer, next := len(r.skipped), 0
	for range n {
		start := r.pos
		r.next()
		i, err := s.readKey(r, next)
		if err != nil {
			return err
		}
		r.next()
		if i < 0 {
			if err := r.skipField(start); err != nil {
				return err
			}
			continue
		}
		f := &s.fields[i]
		if !seen.add(i) {
			return &DecodeError{Path: f.step, Offset: start, Err: ErrDuplicateKey}
		}
		if err := f.plan.decode(r, dst.add(f.offset)); err != nil {
			return inStep(err, f.step)
		}
		next = i + 1
	}
	r.leave()
	if len(r.skipped) > outer {
		return r.closeKeys(outer)
	}
	return nil
}

// enter enters the map that comes next and returns its length, or -1 for nil. It is
// quick if the map has as many fields as the struct.
func (s *structPlan) enter(r *Reader) (n int, err error) {
	if r.pos < len(r.b) && r.b[r.pos] == s.header[0] && len(s.header) == 1 {
		start := r.pos
		r.pos++
		return len(s.fields), r.enter(start, len(s.fields), 2*len(s.fields))
	}
	if r.skipNil() {
		return -1, nil
	}
	return r.enterMap()
}

// fieldSet is a set of fields, by index.
type fieldSet struct {
	first uint64
	more  []uint64 // has the fields from 64 on
}

// add adds field i and returns whether it was not there.
func (s *fieldSet) add(i int) bool {
	word := &s.first
	if i >= 64 {
		word = &s.more[i/64-1]
	}
	bit := uint64(1) << (i % 64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}

// readKey reads a key and returns which field has this name, -1 if none has. It
// is quick if that is the field with index next, as it is when nobody changed
// the order of fields.
func (s *structPlan) readKey(r *Reader, next int) (int, error) {
	if next < len(s.fields) {
		if f := &s.fields[next]; f.isNext(r.b[r.pos:]) {
			r.pos += len(f.key)
			return next, nil
		}
	}
	if k := r.Kind(); k != KindString && k != KindBytes {
		return -1, r.Skip() // other languages may have other keys
	}
	name, err := r.ReadView()
	if err != nil {
		return -1, err
	}
	if i, ok := s.byName[string(name)]; ok {
		return i, nil
	}
	return -1, nil
}

func (s *structPlan) copy(dst, src address, left encodeBudget) error {
	left, err := left.enter(nil)
	if err != nil {
		return err
	}
	if !s.whole {
		return s.copyFields(dst, src, left)
	}
	dst.value(s.of).Set(src.value(s.of))
	for _, i := range s.deep {
		if err := s.fields[i].copy(dst, src, left); err != nil {
			return err
		}
	}
	return nil
}

// copyFields copies the fields that travel and leaves the others zero. It does
// not even read these: they may be locks that somebody holds.
func (s *structPlan) copyFields(dst, src address, left encodeBudget) error {
	dst.value(s.of).SetZero()
	for i := range s.fields {
		if err := s.fields[i].copy(dst, src, left); err != nil {
			return err
		}
	}
	return nil
}

func (s *structPlan) isTidy(a address, left encodeBudget) bool {
	left.depth--
	for _, i := range s.deep {
		if f := &s.fields[i]; !f.plan.tidy(a.add(f.offset), left) {
			return false
		}
	}
	return true
}

func (s *structPlan) isZero(a address) bool {
	for i := range s.fields {
		if f := &s.fields[i]; !f.plan.isZero(a.add(f.offset)) {
			return false
		}
	}
	return true
}
