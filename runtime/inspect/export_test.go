package inspect

// ReadProfile reads a profile as answers do.
func ReadProfile(packed []byte) error {
	_, _, err := readProfile(packed)
	return err
}
