package term

// carriedIn returns what travels for v, which is in an interface of type error: v
// itself if its type has a wire name, else a [CarriedError]. So errors of all types
// can be sent, and the same arrives here and elsewhere.
func carriedIn(v any) any {
	err, ok := v.(error)
	if !ok {
		return v
	}
	if p := planOf(v); p.wire.Load() != nil && p.noWire == nil {
		return v
	}
	return CarryError(err)
}

// restored undoes carriedIn.
func restored(v any) any {
	if c, ok := v.(CarriedError); ok {
		return c.Err()
	}
	return v
}

// errorInterface compiles the type error.
func errorInterface(p *plan, load func(address) any, store func(address, any) error) {
	p.encode = func(dst []byte, src address, left encodeBudget) ([]byte, error) {
		return appendAny(dst, carriedIn(load(src)), left)
	}
	p.tidy = func(a address, left encodeBudget) bool {
		v := load(a)
		if v == nil {
			return true
		}
		_, arrived := v.(*arrivedError)
		return arrived || isTidy(v, left) && planOf(v).wire.Load() != nil
	}
	p.copy = func(dst, src address, left encodeBudget) error {
		v := carriedIn(load(src))
		if c, ok := v.(CarriedError); ok {
			return store(dst, c.Err())
		}
		v, err := copyAny(v, left)
		if err == nil {
			err = store(dst, v)
		}
		return err
	}
}
