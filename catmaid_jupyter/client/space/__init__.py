"""What lies in space beside neurons: volumes, landmarks, samplers."""
