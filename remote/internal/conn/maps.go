package conn

// put sets k in a map that is made with its first entry.
func put[M ~map[K]V, K comparable, V any](m *M, k K, v V) {
	if *m == nil {
		*m = make(M)
	}
	(*m)[k] = v
}

// remove takes k out of m, gives the memory of an empty map back, and returns what
// was there.
func remove[M ~map[K]V, K comparable, V any](m *M, k K) (v V, ok bool) {
	v, ok = (*m)[k]
	if !ok {
		return v, false
	}
	delete(*m, k)
	if len(*m) == 0 {
		*m = nil
	}
	return v, true
}
