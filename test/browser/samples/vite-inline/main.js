import * as simdgrad from "simdgrad/inline";
import { trainInPage } from "./train.js";

trainInPage(simdgrad);
