"""The stage where the data are: Ray Data, Spark, Beam, Dask, Hugging Face datasets, one file each."""
