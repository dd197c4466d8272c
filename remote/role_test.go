package remote_test

// roleVariable makes the test binary play a role as a separate program.
const roleVariable = "STARLANG_REMOTE_TEST_ROLE"

func playRole(role string) int { return 2 }
