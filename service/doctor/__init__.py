"""`doctor`: what is misconfigured, and what to do about it. One module for each thing looked at.

Each check yields findings; none changes anything. The checks that ask over the network ask nothing about a patient.
"""
